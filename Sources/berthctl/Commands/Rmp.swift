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

  @Flag(name: .shortAndLong, help: "Remove all pods.")
  var all = false

  func validate() throws {
    if ids.isEmpty && !all { throw ValidationError("Missing expected argument '<ids> ...'") }
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
    let answer = try await session.call(RuntimeService.podSandboxStatus, .init(podSandboxId: id))
    let isReady = answer.status?.state == .ready
    guard force else {
      if isReady { throw .init("the pod is running; stop it first, or use --force") }
      _ = try await session.call(RuntimeService.removePodSandbox, .init(podSandboxId: id), .long(nil))
      return session.console.line("Removed sandbox \(id.sanitised)")
    }
    let forced = try await session.call(BerthService.forceRemovePodSandbox, .init(podSandboxId: id), .long(nil))
    if isReady { session.console.line("Stopped sandbox \(id.sanitised)") }
    session.console.line("Removed sandbox \(id.sanitised)")
    for step in forced.undo where step.outcome == "failed" {
      let debt = "its networks' DEL is owed and will be tried again (see: berthctl leftovers)"
      session.warn(Self.name, "\(id): \(debt): \(step.error)")
    }
  }
}
