import ArgumentParser
import RuntimeAPI

/// Which sandboxes are meant: what the daemon filters by, and what is filtered here.
struct PodFilter: ParsableArguments {
  @Option(help: "Only pods whose name matches this regular expression.")
  var name: String?

  @Option(help: "Only pods whose namespace matches this regular expression.")
  var namespace: String?

  @Option(name: .shortAndLong, help: "Only pods in this state: ready or notready.")
  var state: State?

  @Option(
    parsing: .singleValue,
    help: "Only pods with this label, key=value; several are given with commas between them, or one at a time.")
  var label: [Labels] = []

  @Flag(name: .shortAndLong, help: "Only the pod made last.")
  var latest = false

  @Option(name: [.customShort("n"), .long], help: "Only the n pods made last; 0 is all.")
  var last: Int?

  enum State: String, ExpressibleByArgument, CaseIterable {
    case ready, notready

    init?(argument: String) { self.init(rawValue: argument.lowercased()) }
    var value: CRI.PodSandboxState { self == .ready ? .ready : .notReady }
  }

  /// One label, or several with commas between them, as crictl takes them.
  struct Labels: ExpressibleByArgument {
    let pairs: [(key: String, value: String)]

    init?(argument: String) {
      var pairs: [(key: String, value: String)] = []
      for text in argument.split(separator: ",", omittingEmptySubsequences: false) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
        pairs.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
      }
      self.pairs = pairs
    }
  }

  /// Whether anything is asked for.
  var isGiven: Bool {
    let given: [Any?] = [name, namespace, state, last, label.first]
    return latest || given.contains { $0 != nil }
  }

  /// Asks for the sandboxes that are meant, the newest first.
  func sandboxes(_ session: Session, id: String? = nil) async throws(CommandFailure.Reason) -> [CRI.PodSandbox] {
    let names = try Pattern(name, option: "--name")
    let namespaces = try Pattern(namespace, option: "--namespace")
    let labels = Dictionary(label.flatMap(\.pairs).map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
    let filter = CRI.PodSandboxFilter(
      id: id ?? "", state: state.map { .init(state: $0.value) }, labelSelector: labels)
    let response = try await session.call(RuntimeService.listPodSandbox, .init(filter: filter))
    let matching = response.items.filter {
      names.matches($0.metadata?.name ?? "") && namespaces.matches($0.metadata?.namespace ?? "")
    }
    return Array(matching.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }.prefix(limit ?? matching.count))
  }

  private var limit: Int? {
    if let last, last > 0 { return last }
    return latest ? 1 : nil
  }
}

/// A regular expression that need not be there.
private struct Pattern {
  private let regex: Regex<AnyRegexOutput>?

  init(_ text: String?, option: String) throws(CommandFailure.Reason) {
    do {
      regex = try text.flatMap { $0.isEmpty ? nil : try Regex($0) }
    } catch {
      throw .init("\(option): not a regular expression: \(text ?? "") (\(error))")
    }
  }

  func matches(_ text: String) -> Bool {
    guard let regex else { return true }
    return text.contains(regex)
  }
}
