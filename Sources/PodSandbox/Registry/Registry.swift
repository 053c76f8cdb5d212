import JSON
import LinuxKernel
import Synchronization

/// What every id and every name leads to: one table under one lock, so that no reader falls between two lists. In memory; the
/// records are the truth after a restart.
///
/// Events are sent under the lock that publishes what they tell, so they come in the order in which things happened.
final class Registry: Sendable {
  let broadcaster = EventBroadcaster()
  private let state = Mutex(RegistryState())

  /// Changes the table; whatever `body` says has happened is sent before anybody else sees it.
  func change<T>(_ body: (inout RegistryState) throws(SandboxError) -> sending T) throws(SandboxError) -> sending T {
    let outcome: Result<T, SandboxError> = state.withLock { state in
      let result: Result<T, SandboxError>
      do throws(SandboxError) { result = .success(try body(&state)) } catch { result = .failure(error) }
      for event in state.takeEvents() { broadcaster.send(event) }
      return result
    }
    return try outcome.get()
  }

  /// Changes what no event tells of.
  func update<T>(_ body: (inout RegistryState) -> sending T) -> sending T { state.withLock { body(&$0) } }

  /// Reads the table as it stands in one moment.
  func read<T>(_ body: (borrowing RegistryState) -> sending T) -> sending T { state.withLock { body($0) } }

  /// Changes one sandbox, if there is one of this id. A ready one that ends up not ready is told as stopped, once.
  @discardableResult
  func change<T>(_ id: String, _ body: (inout Sandbox) -> sending T) -> sending T? {
    state.withLock { state in
      let value = state.changeSandbox(id, body)
      for event in state.takeEvents() { broadcaster.send(event) }
      return value
    }
  }

  /// The sandbox of this id; `nil` when the id leads to something else, or to nothing.
  func sandbox(_ id: String) -> Sandbox? {
    state.withLock { state in
      if case .sandbox(let sandbox)? = state.places[id]?.entry { sandbox } else { nil }
    }
  }

  /// The sandbox of this id or unique prefix of one; `nil` when there is none.
  func find(_ id: String) throws(SandboxError) -> Sandbox? {
    guard !id.isEmpty else {
      throw SandboxError(.invalidArgument, "pod_sandbox_id is empty; give an id or the first digits of one")
    }
    guard id.utf8.count <= SandboxIDs.length else {
      throw SandboxError(
        .invalidArgument,
        "pod_sandbox_id has \(id.utf8.count) bytes, an id has \(SandboxIDs.length): \"\(id.beginning(32))\"")
    }
    if let exact = sandbox(id) { return exact }
    let matches = sandboxes.filter { $0.id.utf8.starts(with: id.utf8) }
    guard matches.count <= 1 else {
      let named = matches.prefix(5).map { "\($0.id) (\($0.record.name))" }.joined(separator: ", ")
      throw SandboxError(
        .invalidArgument,
        "\(matches.count) sandboxes have ids that begin with \"\(id)\": \(named)"
          + (matches.count > 5 ? ", …" : "") + "; give more digits")
    }
    return matches.first
  }

  /// All sandboxes, the newest first.
  var sandboxes: [Sandbox] {
    let all = state.withLock { state in
      state.places.values.compactMap { if case .sandbox(let sandbox) = $0.entry { sandbox } else { nil } }
    }
    return all.sorted { ($0.record.intent.createdAt, $0.id) > ($1.record.intent.createdAt, $1.id) }
  }

  /// What is owed, the oldest first.
  var debts: [Debt] {
    let all = state.withLock { state in
      state.places.values.compactMap { if case .owed(let debt) = $0.entry { debt } else { nil } }
    }
    return all.sorted { ($0.since, $0.sandbox.id) < ($1.since, $1.sandbox.id) }
  }

  /// The records that could not be used.
  var quarantined: [SandboxStore.Unreadable] {
    let all = state.withLock { state in
      state.places.values.compactMap { if case .quarantined(let file) = $0.entry { file } else { nil } }
    }
    return all.sorted { $0.path < $1.path }
  }

  /// Where the operations on an id wait for each other; a new one for an id that leads to nothing.
  func lane(_ id: String) -> Lane { state.withLock { $0.places[id]?.lane } ?? Lane() }
}
