import ArgumentParser
import JSON
import RuntimeAPI

/// `berthctl events`
struct Events: SessionCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Tell what happens to pods, from now on until it is interrupted.",
    discussion: "Events: created, started, stopped (also when a pause dies by itself), deleted.")

  @ParentCommand var root: Berthctl

  @Option(name: .shortAndLong, help: "table or json, a document a line.")
  var output: OutputFormat = .table

  @Option(
    parsing: .singleValue,
    help: "Only what matches: event=stopped, id=PREFIX, name=NAME, namespace=NAMESPACE. Of one key any, of several all."
  )
  var filter: [EventFilter] = []

  func validate() throws {
    if ![.table, .json].contains(output) { throw ValidationError("events has table and json output") }
  }

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    var names: [String: CRI.PodSandboxMetadata] = [:]
    try await session.events {
      () throws(CommandFailure.Reason) in
      // What is deleted does not say any more what its name was.
      for pod in try await session.knownPods().pods { names[pod.id] = pod.metadata }
      return false
    } each: { (event) throws(CommandFailure.Reason) in
      let id = event.containerId
      if let metadata = event.podSandboxStatus?.metadata { names[id] = metadata }
      let metadata = names[id]
      if event.containerEventType == .deleted { names[id] = nil }
      guard EventFilter.allow(filter, event, metadata) else { return false }
      session.console.line(line(event, metadata))
      return false
    }
  }

  private func line(_ event: CRI.ContainerEventResponse, _ metadata: CRI.PodSandboxMetadata?) -> String {
    guard output == .table else { return ProtoJSONEncoder().json(event).text() }
    let columns = [
      Timestamp(nanoseconds: event.createdAt).rfc3339, event.word.padded(to: 9), String(event.containerId.prefix(13)),
      "\(metadata?.namespace ?? "")/\(metadata?.name ?? "")".sanitised,
    ]
    return columns.joined(separator: "  ")
  }
}

/// One `--filter key=value`.
struct EventFilter: ExpressibleByArgument {
  enum Key: String { case event, id, name, namespace }
  let key: Key
  let value: String

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), let key = Key(rawValue: String(argument[..<equals])) else {
      return nil
    }
    (self.key, value) = (key, String(argument[argument.index(after: equals)...]))
    let events = CRI.ContainerEventType.allCases.map(\.word)
    if key == .event, !events.contains(value) { return nil }
  }

  /// Whether the filters let an event pass: of one key any, of several all.
  static func allow(
    _ filters: [EventFilter], _ event: CRI.ContainerEventResponse, _ metadata: CRI.PodSandboxMetadata?
  ) -> Bool {
    Dictionary(grouping: filters, by: \.key).values.allSatisfy { $0.contains { $0.matches(event, metadata) } }
  }

  private func matches(_ event: CRI.ContainerEventResponse, _ metadata: CRI.PodSandboxMetadata?) -> Bool {
    switch key {
    case .event: event.word == value
    case .id: event.containerId.utf8.starts(with: value.utf8)
    case .name: metadata?.name == value
    case .namespace: metadata?.namespace == value
    }
  }
}

extension CRI.ContainerEventResponse {
  /// What happened, in a word.
  fileprivate var word: String { containerEventType.word }
}

extension CRI.ContainerEventType {
  fileprivate var word: String {
    switch self {
    case .created: "created"
    case .started: "started"
    case .stopped: "stopped"
    case .deleted: "deleted"
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
