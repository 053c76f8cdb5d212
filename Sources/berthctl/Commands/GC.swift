import ArgumentParser
import RuntimeAPI

/// `berthctl gc [--dry-run]`
struct GC: SessionCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Remove what this daemon has made and belongs to no pod any more.",
    discussion: "Nothing that another runtime, or a daemon with another root directory, has made is touched.")

  @ParentCommand var root: Berthctl

  @Flag(name: .customLong("dry-run"), help: "Only say what would be removed.")
  var dryRun = false

  @Option(name: .shortAndLong, help: "table, json or yaml.")
  var output: OutputFormat = .table

  func validate() throws {
    if output == .goTemplate { throw ValidationError("gc has no go-template output; use table, json or yaml") }
  }

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    let answer = try await session.call(BerthService.collectGarbage, .init(dryRun: dryRun), .long(nil))
    if output == .table {
      session.console.write(answer.garbage.map(text).joined())
      if answer.garbage.isEmpty { session.console.error("berthctl: gc: there is nothing to remove") }
    } else {
      try session.console.write(ProtoJSONEncoder(defaults: .emitted).json(answer), as: output)
    }
    let failures = answer.garbage.filter { !$0.error.isEmpty }.map { "\($0.podSandboxId): \($0.error)" }
    if !failures.isEmpty { throw .init(lines: failures) }
  }

  /// The sandbox and what became of it, then what was found of it, a line each.
  private func text(_ garbage: Berth.Garbage) -> String {
    let outcome = dryRun ? "would be removed" : garbage.error.isEmpty ? "removed" : "not removed"
    let owner = garbage.podSandboxId.isEmpty ? "-" : garbage.podSandboxId
    let lines = ["\(owner)  \(outcome)"] + garbage.found.map { "    \($0)" }
    return lines.map { $0.sanitised + "\n" }.joined()
  }
}
