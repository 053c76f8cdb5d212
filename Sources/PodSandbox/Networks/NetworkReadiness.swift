import CNI
import Synchronization

/// What the default network's plugins last answered to STATUS.
///
/// They are asked in the background, when there is something new to ask about and every so often, so that nobody waits for
/// them. Networks before 1.1.0 do not know STATUS and are never asked. Lives until `shutdown()`.
final class NetworkReadiness: Sendable {
  private struct State {
    var list: NetworkConfigurationList?
    var refusal: String?
    /// Whether something may have changed since the plugins were last asked.
    var isStale = false
    var asking: Task<Void, Never>?
    var rest: Task<Void, Never>?
    var isShutDown = false
  }

  private let runtime: CNIRuntime
  private let interval: Duration
  private let state = Mutex(State())

  init(runtime: CNIRuntime, interval: Duration = .seconds(10)) {
    self.runtime = runtime
    self.interval = interval
  }

  /// Why the network cannot serve ADD, in words that name the plugin; `nil` when it can, as far as is known. From memory.
  var refusal: String? { state.withLock { $0.refusal } }

  /// Takes this list as the default network, and asks it soon: its configuration or its plugins have changed.
  func follow(_ list: NetworkConfigurationList?) {
    state.withLock { state in
      guard !state.isShutDown else { return }
      state.list = list
      state.isStale = true
      state.rest?.cancel()
      if state.asking == nil { state.asking = Task { await self.keepAsking() } }
    }
  }

  /// Asks no more, and ends a plugin that is being asked.
  func shutdown() {
    state.withLock { state in
      state.isShutDown = true
      state.asking?.cancel()
      state.rest?.cancel()
    }
  }

  private func keepAsking() async {
    while true {
      let list = state.withLock { state in
        state.isStale = false
        return state.list
      }
      let refusal = await answer(list)
      // A call that was cut short says nothing about the network.
      guard !Task.isCancelled else { return }
      state.withLock { $0.refusal = refusal }
      await rest(for: Self.knowsStatus(list) ? interval : .seconds(1 << 30))
    }
  }

  private func answer(_ list: NetworkConfigurationList?) async -> String? {
    guard let list else { return nil }
    do {
      try await runtime.status(list)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Waits for the time or for something new, whichever is first.
  private func rest(for time: Duration) async {
    let rest = state.withLock { state -> Task<Void, Never>? in
      guard !state.isStale, !state.isShutDown else { return nil }
      // The sleep's only error says that it was cut short, which is what it is for.
      state.rest = Task { try? await Task.sleep(for: time) }
      return state.rest
    }
    await rest?.value
  }

  private static func knowsStatus(_ list: NetworkConfigurationList?) -> Bool {
    do {
      return try list.map { try SpecificationVersion($0.cniVersion) >= SpecificationVersion("1.1.0") } ?? false
    } catch {
      // Lists are read with a version that can be parsed.
      return false
    }
  }
}
