import Metrics
import Synchronization

/// What one series of a family holds.
protocol Series: AnyObject, Sendable {
  /// The family's type, as Prometheus calls it.
  var kind: String { get }
  /// Its lines.
  var samples: [Sample] { get }
}

/// A count that only grows.
final class CounterSeries: Series, CounterHandler {
  private let count = Atomic<Int64>(0)
  let kind = "counter"
  var samples: [Sample] { [Sample(value: Double(count.load(ordering: .relaxed)))] }
  func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
  func reset() { count.store(0, ordering: .relaxed) }
}

/// A value as it was last.
final class GaugeSeries: Series, MeterHandler, RecorderHandler {
  private let value = Mutex(0.0)
  let kind = "gauge"
  var samples: [Sample] { [Sample(value: value.withLock { $0 })] }
  func set(_ new: Int64) { set(Double(new)) }
  func set(_ new: Double) { value.withLock { $0 = new } }
  func increment(by amount: Double) { value.withLock { $0 += amount } }
  func decrement(by amount: Double) { value.withLock { $0 -= amount } }
  func record(_ new: Int64) { set(Double(new)) }
  func record(_ new: Double) { set(new) }
}

/// The count and the sum of values.
final class SummarySeries: Series, RecorderHandler {
  private let state = Mutex((count: 0, sum: 0.0))
  let kind = "summary"
  var samples: [Sample] {
    let (count, sum) = state.withLock { $0 }
    return [Sample(suffix: "_sum", value: sum), Sample(suffix: "_count", value: Double(count))]
  }
  func record(_ value: Int64) { record(Double(value)) }
  func record(_ value: Double) {
    state.withLock {
      $0.count += 1
      $0.sum += value
    }
  }
}

/// How long something took, in buckets from a millisecond to a minute.
final class HistogramSeries: Series, TimerHandler {
  private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
  private struct State {
    var buckets = [Int](repeating: 0, count: HistogramSeries.bounds.count + 1)
    var nanoseconds: Int64 = 0
  }
  private let state = Mutex(State())
  let kind = "histogram"

  var samples: [Sample] {
    let state = self.state.withLock { $0 }
    var samples: [Sample] = []
    var count = 0
    for (bound, bucket) in zip(Self.bounds + [.infinity], state.buckets) {
      count += bucket
      samples.append(Sample(suffix: "_bucket", label: "le=\"\(Sample.text(bound))\"", value: Double(count)))
    }
    samples.append(Sample(suffix: "_sum", value: Double(state.nanoseconds) / 1e9))
    samples.append(Sample(suffix: "_count", value: Double(count)))
    return samples
  }

  func recordNanoseconds(_ duration: Int64) {
    let seconds = Double(duration) / 1e9
    let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
    state.withLock {
      $0.buckets[bucket] += 1
      $0.nanoseconds += duration
    }
  }
}
