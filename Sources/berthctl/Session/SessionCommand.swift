import ArgumentParser
import RuntimeAPI

/// A command that talks to the daemon.
protocol SessionCommand: AsyncParsableCommand {
  var root: Berthctl { get }
  /// Does the work; what it throws is reported under the command's name.
  func run(_ session: Session) async throws(CommandFailure.Reason)
}

extension SessionCommand {
  static var name: String { configuration.commandName ?? _commandName }

  func run() async throws {
    do {
      let session = try Session(root.globals)
      try await run(session)
    } catch {
      throw CommandFailure(command: Self.name, lines: error.lines)
    }
  }
}
