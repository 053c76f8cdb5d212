import ArgumentParser
import RuntimeAPI

/// `berthctl pods`
struct Pods: SessionCommand {
  static let configuration = CommandConfiguration(commandName: "pods", abstract: "List pods, the newest first.")

  @ParentCommand var root: Berthctl

  @Option(help: "Only the pod with this id or prefix of one.")
  var id: String?

  @OptionGroup var filter: PodFilter

  @Option(
    name: .shortAndLong,
    help: "table, wide (addresses, ports, pid, network namespace; what is under way too), json or yaml.")
  var output: Layout = .table

  @Flag(name: .shortAndLong, help: "List anew whenever something happens, until it is interrupted.")
  var watch = false

  enum Layout: String, ExpressibleByArgument, CaseIterable { case table, wide, json, yaml }

  @Flag(name: .shortAndLong, help: "Say everything about each pod.")
  var verbose = false

  @Flag(name: .shortAndLong, help: "Print ids only.")
  var quiet = false

  @Flag(name: .customLong("no-trunc"), help: "Do not cut ids.")
  var wholeIDs = false

  func validate() throws {
    if watch && (quiet || verbose || ![.table, .wide].contains(output)) {
      throw ValidationError("--watch goes with the table and with -o wide")
    }
  }

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    guard watch else { return try await show(session) }
    try await session.events {
      () throws(CommandFailure.Reason) in
      try await show(session)
      return false
    } each: { (_) throws(CommandFailure.Reason) in
      try await show(session)
      return false
    }
  }

  private func show(_ session: Session) async throws(CommandFailure.Reason) {
    let sandboxes = try await filter.sandboxes(session, id: id)
    let console = session.console
    switch output {
    case .json, .yaml:
      let document = ProtoJSONEncoder(defaults: .emitted).json(CRI.ListPodSandboxResponse(items: sandboxes))
      try console.write(document, as: output == .json ? .json : .yaml)
    case .table where quiet, .wide where quiet: console.write(sandboxes.map { "\($0.id.sanitised)\n" }.joined())
    case .table where verbose: console.write(sandboxes.map { PodDescription($0).text + "\n" }.joined())
    case .table:
      console.write(cleared(console) + PodTable(now: session.surroundings.now(), wholeIDs: wholeIDs).text(sandboxes))
    case .wide: console.write(cleared(console) + (try await wide(sandboxes, session)))
    }
  }

  /// On a terminal each list takes the place of the one before.
  private func cleared(_ console: Console) -> String { watch && console.isTerminal() ? "\u{1b}[H\u{1b}[J" : "" }

  private func wide(_ sandboxes: [CRI.PodSandbox], _ session: Session) async throws(CommandFailure.Reason) -> String {
    let answer = try await session.call(BerthService.listPods, .init())
    let known = Dictionary(answer.pods.map { ($0.sandbox?.id ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    let table = PodTable(now: session.surroundings.now(), wholeIDs: wholeIDs)
    let pods = table.wideText(
      sandboxes.map { known[$0.id] ?? Berth.Pod(sandbox: $0) }, columns: session.console.terminalColumns())
    let operations = table.text(answer.operations)
    return pods + (operations.isEmpty ? "" : "\n" + operations)
  }
}
