import ArgumentParser
import RuntimeAPI

/// `berthctl rmp POD…`
struct Rmp: SessionCommand {
  static let configuration = CommandConfiguration(
    commandName: "rmp", abstract: "Remove pods: those named, those that match the filters, or all.")

  @ParentCommand var root: Berthctl

  @OptionGroup var selection: PodSelection

  @Flag(name: .shortAndLong, help: "Stop pods that run, and free the name even while the networks do not let go.")
  var force = false

  @Flag(help: "With --force: write off what the networks keep, and tell what was given up. Ids of leftovers too.")
  var forgive = false

  func validate() throws {
    if forgive && !force { throw ValidationError("--forgive goes with --force") }
  }

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    let others = forgive ? try await debts(session) : []
    let pods = try await selection.found(session, for: Self.name, to: "remove", others: others)
    try await Many(session: session, word: "Removed").each(pods) {
      [force, forgive] (pod) throws(CommandFailure.Reason) in
      guard force else { return try await Self.remove(pod, session) }
      return try await Self.forceRemove(pod, forgive: forgive, session)
    }
  }

  private static func remove(_ pod: CRI.PodSandbox, _ session: Session) async throws(CommandFailure.Reason) -> String {
    // Asked anew: it may have been stopped since it was looked up.
    let answer = try await session.call(RuntimeService.podSandboxStatus, .init(podSandboxId: pod.id))
    if answer.status?.state == .ready { throw .init("the pod is running; stop it first") }
    _ = try await session.call(RuntimeService.removePodSandbox, .init(podSandboxId: pod.id), .long(nil))
    return "Removed sandbox \(pod.id.sanitised)"
  }

  private static func forceRemove(
    _ pod: CRI.PodSandbox, forgive: Bool, _ session: Session
  ) async throws(CommandFailure.Reason) -> String {
    let forced = try await session.call(
      BerthService.forceRemovePodSandbox, .init(podSandboxId: pod.id, forgive: forgive), .long(nil))
    for step in forced.undo where step.outcome == "failed" {
      let debt = "its networks' DEL is owed and will be tried again (see: berthctl leftovers)"
      session.warn(name, "\(pod.id): \(debt): \(step.error)")
    }
    for step in forced.undo where step.outcome == "forgiven" {
      session.warn(name, "\(pod.id): written off: \(step.error)")
    }
    return (pod.state == .ready ? "Stopped sandbox \(pod.id.sanitised)\n" : "") + "Removed sandbox \(pod.id.sanitised)"
  }

  /// What is owed can be forgiven all the same, though it is no pod any more.
  private func debts(_ session: Session) async throws(CommandFailure.Reason) -> [CRI.PodSandbox] {
    try await session.call(BerthService.listLeftovers, .init()).leftovers.filter { $0.kind == "owed" }.map { owed in
      let parts = owed.name.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
      return CRI.PodSandbox(
        id: owed.podSandboxId,
        metadata: parts.count == 4 ? .init(name: parts[0], uid: parts[2], namespace: parts[1]) : nil, state: .notReady)
    }
  }
}
