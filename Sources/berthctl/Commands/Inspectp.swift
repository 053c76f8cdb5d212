import ArgumentParser
import JSON
import RuntimeAPI

/// `berthctl inspectp [ID…]`
struct Inspectp: SessionCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspectp", abstract: "Say how pods are: those named, or those that match the filters.")

  @ParentCommand var root: Berthctl

  @Argument(help: "Ids or beginnings of them, names, or namespace/name.")
  var pods: [String] = []

  @OptionGroup var filter: PodFilter

  @Option(name: .shortAndLong, help: "json, yaml, go-template or table.")
  var output: OutputFormat = .json

  @Option(help: "The Go template for -o go-template.")
  var template: String?

  @Flag(name: .shortAndLong, help: "Leave out verbose information.")
  var quiet = false

  func validate() throws {
    if pods.isEmpty && !filter.isGiven { throw ValidationError("Missing expected argument '<pods> ...' or a filter") }
    if !pods.isEmpty && filter.isGiven { throw ValidationError("Either pods or filters, not both") }
  }

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    try session.console.check(output, template: template)
    let ids = try await ids(session)
    guard !ids.isEmpty else { throw .init("no pod matches") }
    var answers: [CRI.PodSandboxStatusResponse] = []
    for id in ids {
      answers.append(try await session.call(RuntimeService.podSandboxStatus, .init(podSandboxId: id, verbose: !quiet)))
    }
    for answer in answers { warn(answer, session) }
    if output == .table {
      let texts = answers.map { PodDescription($0, showsInfo: !quiet).text }
      session.console.write(texts.joined(separator: "\n"))
      return
    }
    let documents = answers.map(StatusDocument.sandbox)
    let document = documents.count == 1 ? documents[0] : .array(documents)
    try session.console.write(document, as: output, template: template)
  }

  private func ids(_ session: Session) async throws(CommandFailure.Reason) -> [String] {
    guard !pods.isEmpty else { return try await filter.sandboxes(session).map(\.id) }
    let known = try await session.knownPods()
    var ids: [String] = []
    for word in pods { ids.append(try known.find(word).id) }
    return ids
  }

  /// Says what was asked for and is not done, and what is no longer on the host as it is recorded.
  private func warn(_ answer: CRI.PodSandboxStatusResponse, _ session: Session) {
    let info = StatusDocument.expanded(answer.info).first { $0.0 == "info" }?.1
    for (key, words) in [("warnings", ""), ("drift", "not as recorded: ")] {
      guard case .array(let findings) = info?[key] else { continue }
      for case .string(let finding) in findings {
        session.warn(Self.name, "\(answer.status?.id ?? ""): \(words)\(finding)")
      }
    }
  }
}
