import ArgumentParser
import RuntimeAPI

/// `berthctl pods`
struct Pods: SessionCommand {
  static let configuration = CommandConfiguration(commandName: "pods", abstract: "List pods, the newest first.")

  @ParentCommand var root: Berthctl

  @Option(help: "Only the pod with this id or prefix of one.")
  var id: String?

  @OptionGroup var filter: PodFilter

  @Option(name: .shortAndLong, help: "table, json or yaml.")
  var output: OutputFormat = .table

  @Flag(name: .shortAndLong, help: "Say everything about each pod.")
  var verbose = false

  @Flag(name: .shortAndLong, help: "Print ids only.")
  var quiet = false

  @Flag(name: .customLong("no-trunc"), help: "Do not cut ids.")
  var wholeIDs = false

  func validate() throws {
    if output == .goTemplate { throw ValidationError("pods has no go-template output; use table, json or yaml") }
  }

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    let sandboxes = try await filter.sandboxes(session, id: id)
    if output != .table {
      let document = ProtoJSONEncoder(defaults: .emitted).json(CRI.ListPodSandboxResponse(items: sandboxes))
      try session.console.write(document, as: output)
    } else if quiet {
      session.console.write(sandboxes.map { "\($0.id.sanitised)\n" }.joined())
    } else if verbose {
      session.console.write(sandboxes.map { PodDescription($0).text + "\n" }.joined())
    } else {
      session.console.write(table(sandboxes, now: session.surroundings.now()))
    }
  }

  private func table(_ sandboxes: [CRI.PodSandbox], now: Int64) -> String {
    var table = Table(["POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT", "RUNTIME"])
    for sandbox in sandboxes {
      let metadata = sandbox.metadata ?? CRI.PodSandboxMetadata()
      table.add([
        wholeIDs ? sandbox.id : String(sandbox.id.prefix(13)),
        HumanDuration.rough(now - sandbox.createdAt) + " ago",
        sandbox.state.word,
        metadata.name,
        metadata.namespace,
        "\(metadata.attempt)",
        sandbox.runtimeHandler.isEmpty ? "(default)" : sandbox.runtimeHandler,
      ])
    }
    return table.text
  }
}
