import ArgumentParser
import RuntimeAPI

/// `berthctl stopp POD…`
struct Stopp: SessionCommand {
  static let configuration = CommandConfiguration(
    commandName: "stopp", abstract: "Stop running pods: those named, those that match the filters, or all.")

  @ParentCommand var root: Berthctl

  @OptionGroup var selection: PodSelection

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    let pods = try await selection.found(session, for: Self.name, to: "stop")
    try await Many(session: session, word: "Stopped").each(pods) {
      (pod) throws(CommandFailure.Reason) in
      _ = try await session.call(RuntimeService.stopPodSandbox, .init(podSandboxId: pod.id), .long(nil))
      return "Stopped sandbox \(pod.id.sanitised)"
    }
  }
}
