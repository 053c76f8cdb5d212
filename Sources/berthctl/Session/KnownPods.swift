import JSON
import RuntimeAPI

/// The pods that there are, to find those that the words of a command line mean.
///
/// A word is a whole id, else a pod's name or `namespace/name`, else the beginning of one id: as with containers elsewhere, a name
/// goes before the beginning of an id that looks like it.
struct KnownPods {
  let pods: [CRI.PodSandbox]

  /// The pod that a word means.
  ///
  /// - Throws: When there is none, with those that are near; or when there are several, with all of them.
  func find(_ word: String) throws(CommandFailure.Reason) -> CRI.PodSandbox {
    guard let pod = try findIfThere(word) else { throw absence(of: word) }
    return pod
  }

  /// The pod that a word means; nil when there is none.
  func findIfThere(_ word: String) throws(CommandFailure.Reason) -> CRI.PodSandbox? {
    guard !word.isEmpty else { throw .init("a pod's id or name cannot be empty") }
    if let pod = pods.first(where: { $0.id.hasSameBytes(as: word) }) { return pod }
    let named = pods.filter { $0.isNamed(word) }
    if let pod = try only(named, word, "the name") { return pod }
    return try only(pods.filter { $0.id.utf8.starts(with: word.utf8) }, word, "the beginning of the id")
  }

  /// Says that a word means none.
  func absence(of word: String) -> CommandFailure.Reason {
    var near = pods.filter { !word.isEmpty && $0.shownName.contains(word) }.map(\.shownName)
    let names = pods.flatMap { [$0.metadata?.name ?? "", $0.shownName] }
    if let nearest = NearestName.of(word, among: names), !near.contains(nearest) { near.insert(nearest, at: 0) }
    let hint = near.isEmpty ? "\"berthctl pods\" lists them" : "near are: " + near.prefix(5).joined(separator: ", ")
    return .init("there is no pod \"\(word.beginning(64))\"; \(hint)")
  }

  private func only(
    _ found: [CRI.PodSandbox], _ word: String, _ what: String
  ) throws(CommandFailure.Reason) -> CRI.PodSandbox? {
    guard found.count > 1 else { return found.first }
    let shown = found.prefix(20).map { pod in
      "  \(pod.id)  \(pod.shownName), attempt \(pod.metadata?.attempt ?? 0), \(pod.state.word)"
    }
    let rest = found.count > 20 ? ["  and \(found.count - 20) more"] : []
    throw .init(
      lines: ["\"\(word.beginning(64))\" is \(what) of \(found.count) pods; say which by its id:"] + shown + rest)
  }
}

extension CRI.PodSandbox {
  /// Its namespace and name, as a command line may have them.
  var shownName: String { "\(metadata?.namespace ?? "")/\(metadata?.name ?? "")" }

  fileprivate func isNamed(_ word: String) -> Bool {
    metadata?.name.hasSameBytes(as: word) == true || shownName.hasSameBytes(as: word)
  }
}

extension Session {
  /// All pods.
  func knownPods() async throws(CommandFailure.Reason) -> KnownPods {
    KnownPods(pods: try await call(RuntimeService.listPodSandbox, .init()).items)
  }

  /// The pod that a word of the command line means: see ``KnownPods``.
  func pod(_ word: String) async throws(CommandFailure.Reason) -> CRI.PodSandbox {
    try await knownPods().find(word)
  }
}
