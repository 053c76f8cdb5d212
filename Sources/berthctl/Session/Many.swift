import RuntimeAPI

/// Does the same with many pods, several at once.
struct Many {
  /// How many at once: as many as the daemon works at with profit.
  static let atOnce = 16

  let session: Session
  /// What is done, for the summary: `Stopped`.
  let word: String

  /// Does it with each, goes on after a failure, and fails at the end if anything did.
  ///
  /// One pod's line is printed when it is done; of several, a terminal shows how far it is instead, and a last line tells the sum.
  func each(
    _ pods: [CRI.PodSandbox], _ body: @escaping @Sendable (CRI.PodSandbox) async throws(CommandFailure.Reason) -> String
  ) async throws(CommandFailure.Reason) {
    let begun = ContinuousClock.now
    var failures: [Int: [String]] = [:]
    var done = 0
    let isCounted = pods.count > 1 && session.console.isTerminal()
    await withTaskGroup(of: (Int, Result<String, CommandFailure.Reason>).self) { group in
      var waiting = Array(pods.enumerated())[...]
      func begin() {
        guard let (number, pod) = waiting.popFirst() else { return }
        group.addTask { await (number, result { () throws(CommandFailure.Reason) in try await body(pod) }) }
      }
      for _ in 0..<Self.atOnce { begin() }
      while let (number, result) = await group.next() {
        begin()
        done += 1
        switch result {
        case .success(let line): if !isCounted { session.console.line(line) }
        case .failure(let reason): failures[number] = reason.lines
        }
        if isCounted { session.console.write("\r\(word) \(done - failures.count) of \(pods.count)") }
      }
    }
    if isCounted { session.console.write("\r\u{1b}[K") }
    if pods.count > 1 { summarise(pods.count, failures.count, ContinuousClock.now - begun) }
    guard !failures.isEmpty else { return }
    throw .init(
      lines: failures.sorted { $0.key < $1.key }.flatMap { number, lines in
        lines.enumerated().map { $0.offset == 0 ? "\(pods[number].id): \($0.element)" : $0.element }
      })
  }

  private func summarise(_ count: Int, _ failed: Int, _ time: Duration) {
    let (seconds, attoseconds) = time.components
    let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    let sum = failed == 0 ? "\(count)" : "\(count - failed) of \(count)"
    session.console.error("\(word) \(sum) pods in \(HumanDuration.precise(nanoseconds))")
  }
}

/// What comes of it, as a value.
func result<T>(_ body: () async throws(CommandFailure.Reason) -> T) async -> Result<T, CommandFailure.Reason> {
  do { return .success(try await body()) } catch { return .failure(error) }
}
