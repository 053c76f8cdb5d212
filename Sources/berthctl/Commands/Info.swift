import ArgumentParser
import RuntimeAPI

/// `berthctl info`
struct Info: SessionCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Say whether the runtime and its network are ready.")

  @ParentCommand var root: Berthctl

  @Option(name: .shortAndLong, help: "json, yaml or go-template.")
  var output: OutputFormat = .json

  @Option(help: "The Go template for -o go-template.")
  var template: String?

  @Flag(name: .shortAndLong, help: "Leave out verbose information.")
  var quiet = false

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    try session.console.check(output, template: template)
    let answer = try await session.call(RuntimeService.status, .init(verbose: !quiet))
    try session.console.write(StatusDocument.runtime(answer), as: output, template: template)
  }
}
