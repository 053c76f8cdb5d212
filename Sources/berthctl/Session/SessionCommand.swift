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

/// Does something with each id, goes on after a failure and fails at the end if anything did.
func forEach(
  _ ids: [String], _ body: (String) async throws(CommandFailure.Reason) -> Void
) async throws(CommandFailure.Reason) {
  var failures: [String] = []
  for id in ids {
    do {
      try await body(id)
    } catch {
      failures += error.lines.enumerated().map { $0.offset == 0 ? "\(id): \($0.element)" : $0.element }
    }
  }
  if !failures.isEmpty { throw .init(lines: failures) }
}
