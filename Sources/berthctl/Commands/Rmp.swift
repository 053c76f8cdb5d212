import ArgumentParser
import RuntimeAPI

/// `berthctl rmp ID…`
struct Rmp: SessionCommand {
  static let configuration = CommandConfiguration(commandName: "rmp", abstract: "Remove pods.")

  @ParentCommand var root: Berthctl

  @Argument(help: "Ids, or prefixes of them.")
  var ids: [String] = []

  @Flag(name: .shortAndLong, help: "Stop pods that run, and free the name even while the networks do not let go.")
  var force = false

  @Flag(help: "With --force: write off what the networks keep, and tell what was given up. Ids of leftovers too.")
  var forgive = false

  @Flag(name: .shortAndLong, help: "Remove all pods.")
  var all = false

  func validate() throws {
    if ids.isEmpty && !all { throw ValidationError("Missing expected argument '<ids> ...'") }
    if forgive && !force { throw ValidationError("--forgive goes with --force") }
    if !ids.isEmpty && all { throw ValidationError("Either ids or --all, not both") }
  }

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    var ids = ids
    if all {
      ids = try await session.call(RuntimeService.listPodSandbox, .init()).items.map(\.id)
      if ids.isEmpty { session.console.error("berthctl: rmp: there are no pods to remove") }
    }
    try await forEach(ids) { (id) throws(CommandFailure.Reason) in
      try await remove(id, session)
    }
  }

  private func remove(_ id: String, _ session: Session) async throws(CommandFailure.Reason) {
    guard !id.isEmpty else { throw .init("an id cannot be empty") }
    let isReady = try await isReady(id, session)
    guard force else {
      if isReady { throw .init("the pod is running; stop it first, or use --force") }
      _ = try await session.call(RuntimeService.removePodSandbox, .init(podSandboxId: id), .long(nil))
      return session.console.line("Removed sandbox \(id.sanitised)")
    }
    let forced = try await session.call(
      BerthService.forceRemovePodSandbox, .init(podSandboxId: id, forgive: forgive), .long(nil))
    if isReady { session.console.line("Stopped sandbox \(id.sanitised)") }
    session.console.line("Removed sandbox \(id.sanitised)")
    for step in forced.undo where step.outcome == "failed" {
      let debt = "its networks' DEL is owed and will be tried again (see: berthctl leftovers)"
      session.warn(Self.name, "\(id): \(debt): \(step.error)")
    }
    for step in forced.undo where step.outcome == "forgiven" {
      session.warn(Self.name, "\(id): written off: \(step.error)")
    }
  }

  /// A debt has no status any more, and can be forgiven all the same.
  private func isReady(_ id: String, _ session: Session) async throws(CommandFailure.Reason) -> Bool {
    if forgive {
      let owed = try await session.call(BerthService.listLeftovers, .init()).leftovers
      if owed.contains(where: { $0.podSandboxId.hasPrefix(id) && $0.kind == "owed" }) { return false }
    }
    return try await session.call(RuntimeService.podSandboxStatus, .init(podSandboxId: id)).status?.state == .ready
  }
}
