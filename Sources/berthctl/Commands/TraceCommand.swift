import ArgumentParser
import RuntimeAPI

/// `berthctl trace ID`
struct TraceCommand: SessionCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Show what operations on a pod did, step by step, also of a run that failed.")

  @ParentCommand var root: Berthctl

  @Argument(help: "The pod: its id or the beginning of it, its name, or namespace/name. Of a run that failed: its id.")
  var pod: String

  @Option(name: .shortAndLong, help: "table, json or yaml.")
  var output: OutputFormat = .table

  func validate() throws {
    if output == .goTemplate { throw ValidationError("trace has no go-template output; use table, json or yaml") }
  }

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    // A run that failed has left no pod, but its trace.
    let id = try await session.knownPods().findIfThere(pod)?.id ?? pod
    let answer = try await session.call(BerthService.getPodSandboxTrace, .init(podSandboxId: id))
    guard output == .table else {
      return try session.console.write(ProtoJSONEncoder(defaults: .emitted).json(answer), as: output)
    }
    let surroundings = session.surroundings
    let texts = answer.traces.map {
      Waterfall($0, columns: surroundings.columns, hasUnicode: surroundings.hasUnicode).text
    }
    session.console.write(texts.joined(separator: "\n"))
  }
}
