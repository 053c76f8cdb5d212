import ArgumentParser
import RuntimeAPI

/// `berthctl leftovers`
struct Leftovers: SessionCommand {
  static let configuration = CommandConfiguration(
    commandName: "leftovers", abstract: "List what is left of pods that could not be cleaned up, and why.",
    discussion: """
      Kinds: sandbox (berthctl rmp tries again), owed (removed by force; tried again by itself), quarantined (a record that \
      cannot be used; berthctl gc clears it away).
      """)

  @ParentCommand var root: Berthctl

  @Option(name: .shortAndLong, help: "table, json or yaml.")
  var output: OutputFormat = .table

  @Flag(name: .customLong("no-trunc"), help: "Do not cut ids.")
  var wholeIDs = false

  func validate() throws {
    if output == .goTemplate { throw ValidationError("leftovers has no go-template output; use table, json or yaml") }
  }

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    let answer = try await session.call(BerthService.listLeftovers, .init())
    guard output == .table else {
      return try session.console.write(ProtoJSONEncoder(defaults: .emitted).json(answer), as: output)
    }
    session.console.write(table(answer.leftovers, now: session.surroundings.now()))
  }

  private func table(_ leftovers: [Berth.Leftover], now: Int64) -> String {
    var table = Table(["POD ID", "KIND", "NAME", "SINCE", "STEP", "REASON", "NEXT TRY"], minimumWidth: 0)
    for leftover in leftovers {
      let steps = leftover.steps.filter { $0.outcome == "failed" }.map(\.step)
      table.add([
        wholeIDs ? leftover.podSandboxId : String(leftover.podSandboxId.prefix(13)),
        leftover.kind,
        leftover.name.isEmpty ? "-" : leftover.name,
        leftover.since == 0 ? "-" : HumanDuration.rough(now - leftover.since) + " ago",
        steps.isEmpty ? "-" : steps.joined(separator: ","),
        leftover.reason,
        nextTry(leftover, now: now),
      ])
    }
    return table.text
  }

  private func nextTry(_ leftover: Berth.Leftover, now: Int64) -> String {
    guard leftover.nextAttemptAt != 0 else { return "-" }
    return leftover.nextAttemptAt <= now ? "now" : "in " + HumanDuration.precise(leftover.nextAttemptAt - now)
  }
}
