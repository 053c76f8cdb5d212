import JSON
import ArgumentParser
import CNI
import RuntimeAPI

/// A command that speaks to CNI plugins itself.
protocol CNICommand: AsyncParsableCommand, Sendable {
  var root: Berthctl { get }
  var places: CNIPlaces { get }
  var calls: CNICallOptions { get }
  /// Does the work. A `CNIError` becomes the error document on standard output; a `CommandFailure.Reason` only words on standard error.
  func run(_ session: CNISession) async throws
}

extension CNICommand {
  static var name: String { "cni \(configuration.commandName ?? _commandName)" }

  /// What commands have that call no plugin.
  var calls: CNICallOptions { CNICallOptions.none }

  func run() async throws {
    let session = CNISession(places, calls, root.globals, command: Self.name)
    do {
      try await Interruption.cancelling(session) { try await run(session) }
    } catch let error as CNIError {
      session.console.line(error.document(cniVersion: session.spokenVersion).text(indent: 2))
      throw CommandFailure(command: Self.name, lines: error.lines(withStandardError: !calls.explain))
    } catch let reason as CommandFailure.Reason {
      throw CommandFailure(command: Self.name, lines: reason.lines)
    }
  }
}
