import ArgumentParser
import RuntimeAPI

/// `berthctl stopp ID…`
struct Stopp: SessionCommand {
  static let configuration = CommandConfiguration(commandName: "stopp", abstract: "Stop running pods.")

  @ParentCommand var root: Berthctl

  @Argument(help: "Ids, or prefixes of them.")
  var ids: [String]

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    try await forEach(ids) { (id) throws(CommandFailure.Reason) in
      try await session.stop(id)
    }
  }
}

extension Session {
  /// Stops a sandbox and says so.
  func stop(_ id: String) async throws(CommandFailure.Reason) {
    guard !id.isEmpty else { throw .init("an id cannot be empty") }
    _ = try await call(RuntimeService.stopPodSandbox, .init(podSandboxId: id), .long(nil))
    console.line("Stopped sandbox \(id.sanitised)")
  }
}
