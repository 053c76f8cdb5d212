import CNI
import Glibc
import LinuxKernel
import Synchronization

/// Whether the default network can serve ADD: whether its plugins are installed, and what they last answered to STATUS.
///
/// They are looked for and asked on a thread of its own, when there is something new and every so often, so that nobody waits
/// for them. Networks before 1.1.0 do not know STATUS; their plugins are only looked for. Lives until `shutdown()`.
final class NetworkReadiness: Sendable {
  private struct State {
    var list: NetworkConfigurationList?
    var refusal: String?
    var isShutDown = false
  }

  private let runtime: @Sendable (NetworkConfigurationList) -> CNIRuntime
  private let interval: Duration
  private let state = Mutex(State())
  private let news: EventDescriptor
  private let cancellation: Cancellation

  init(
    interval: Duration = .seconds(10), runtime: @escaping @Sendable (NetworkConfigurationList) -> CNIRuntime
  ) throws(KernelError) {
    self.runtime = runtime
    self.interval = interval
    news = try EventDescriptor()
    cancellation = try Cancellation()
    try DedicatedThread.start(name: "berth-readiness") { [weak self, news, cancellation] in
      var next: SuspendingClock.Instant?
      while true {
        _ = Poll.wait(for: [(news.raw, POLLIN), (cancellation.raw, POLLIN)], until: next)
        guard !cancellation.isCancelled, let self else { return }
        news.clear()
        next = self.ask()
      }
    }
  }

  deinit { cancellation.cancel() }

  /// Why the network cannot serve ADD, in words that name the plugin; `nil` when it can, as far as is known. From memory.
  var refusal: String? { state.withLock { $0.refusal } }

  /// Takes this list as the default network, and asks it soon: its configuration or its plugins have changed.
  func follow(_ list: NetworkConfigurationList?) {
    state.withLock { $0.list = list }
    news.signal()
  }

  /// Asks no more, and ends a plugin that is being asked.
  func shutdown() { cancellation.cancel() }

  /// Asks once; tells when to ask again.
  private func ask() -> SuspendingClock.Instant? {
    guard let list = state.withLock({ $0.list }) else {
      state.withLock { $0.refusal = nil }
      return nil
    }
    let refusal = answer(list)
    // A call that was cut short says nothing about the network; neither does one about a list that has been replaced.
    guard !cancellation.isCancelled else { return nil }
    state.withLock { if $0.list == list { $0.refusal = refusal } }
    return .now + interval
  }

  private func answer(_ list: NetworkConfigurationList) -> String? {
    let runtime = runtime(list)
    let missing = runtime.missingPlugins(list)
    guard missing.isEmpty else { return missing.joined(separator: "; ") }
    do throws(CNIError) {
      try runtime.status(list, cancellation: cancellation)
      return nil
    } catch {
      return "\(error)"
    }
  }
}
