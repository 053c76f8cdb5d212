import Synchronization

/// The traces of the runs that failed last, under their ids.
final class FailedTraces: Sendable {
  private let limit: Int
  private let traces = Mutex<[Trace]>([])

  init(limit: Int) { self.limit = limit }

  func keep(_ trace: Trace) {
    traces.withLock {
      $0.append(trace)
      if $0.count > limit { $0.removeFirst($0.count - limit) }
    }
  }

  /// The traces whose sandbox's id is, or begins with, `id`.
  func find(_ id: String) -> [Trace] { traces.withLock { $0.filter { $0.sandboxID.hasPrefix(id) } } }
}
