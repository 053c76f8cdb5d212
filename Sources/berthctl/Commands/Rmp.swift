import ArgumentParser
import RuntimeAPI

/// `berthctl rmp ID…`
struct Rmp: SessionCommand {
  static let configuration = CommandConfiguration(commandName: "rmp", abstract: "Remove pods.")

  @ParentCommand var root: Berthctl

  @Argument(help: "Ids, or prefixes of them.")
  var ids: [String] = []

  @Flag(name: .shortAndLong, help: "Stop pods that run.")
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
    if answer.status?.state == .ready {
      guard force else { throw .init("the pod is running; stop it first, or use --force") }
      try await session.stop(id)
    }
    _ = try await session.call(RuntimeService.removePodSandbox, .init(podSandboxId: id), .long(nil))
    session.console.line("Removed sandbox \(id.sanitised)")
  }
}
