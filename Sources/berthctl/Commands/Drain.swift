import ArgumentParser
import RuntimeAPI

/// `berthctl drain`
struct Drain: SessionCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain", abstract: "Take no new pods, and stop and remove all there are.",
    discussion: """
      No new pods are taken until "berthctl drain --off", or until berthd is started again. What is not ended within --timeout is \
      told; there is no limit without.
      """)

  @ParentCommand var root: Berthctl

  @Flag(help: "Take new pods again; nothing is ended.")
  var off = false

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    _ = try await session.call(BerthService.drain, .init(off: off), .long(nil))
    guard !off else { return session.console.line("New pods are taken again") }
    let pods = try await session.knownPods().pods
    if pods.isEmpty { return session.console.line("Drained; there are no pods") }
    try await Many(session: session, word: "Ended").each(pods) {
      (pod) throws(CommandFailure.Reason) in
      let id = pod.id
      _ = try await session.call(RuntimeService.stopPodSandbox, .init(podSandboxId: id), .long(nil))
      _ = try await session.call(RuntimeService.removePodSandbox, .init(podSandboxId: id), .long(nil))
      return "Ended sandbox \(id.sanitised)"
    }
  }
}
