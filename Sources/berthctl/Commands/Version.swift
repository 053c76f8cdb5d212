import ArgumentParser
import RuntimeAPI

/// `berthctl version`
struct Version: SessionCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Say which versions berthd has.")

  @ParentCommand var root: Berthctl

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    let answer = try await session.call(RuntimeService.version, .init(version: "v1"))
    let lines = [
      ("Version", answer.version), ("RuntimeName", answer.runtimeName), ("RuntimeVersion", answer.runtimeVersion),
      ("RuntimeApiVersion", answer.runtimeApiVersion),
    ]
    session.console.write(lines.map { "\($0):  \($1.sanitised)\n" }.joined())
  }
}
