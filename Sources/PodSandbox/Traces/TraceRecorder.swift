import JSON
import CNI
import FoundationEssentials
import Synchronization

/// Writes down one operation while it runs: each step, and under it each plugin call.
final class TraceRecorder: Sendable {
  /// Where one step stands in the trace.
  struct Entry: Sendable, Hashable { fileprivate let index: Int }

  private let begin = SuspendingClock.now
  private let trace: Mutex<Trace>
  /// The plugin calls under way, a delegate's behind its caller's.
  private let calls = Mutex<[String]>([])

  init(_ operation: Trace.Operation, sandboxID: String, startedAt: Int64 = .nowSinceEpoch) {
    trace = Mutex(
      Trace(
        sandboxID: sandboxID, operation: operation, startedAt: startedAt, duration: 0, outcome: .ok, error: nil,
        steps: []))
  }

  /// Begins a step.
  func begin(_ step: StepName, _ action: Trace.Action) -> Entry {
    let start = elapsed
    return trace.withLock {
      $0.steps.append(
        Trace.Step(
          step: step, action: action, outcome: .ok, error: nil, start: start, duration: 0, pluginCalls: [], notes: []))
      return Entry(index: $0.steps.count - 1)
    }
  }

  /// Ends a step.
  func end(_ entry: Entry?, _ outcome: Trace.Outcome, error: String? = nil) {
    let now = elapsed
    change(entry) {
      $0.duration = now - $0.start
      $0.outcome = outcome
      $0.error = error.map { $0.cut(toBytes: StepReport.errorLimit) }
    }
  }

  /// A step that waits for another's undo.
  func skip(_ step: StepName, reason: String) { end(begin(step, .undo), .skipped, error: reason) }

  /// Makes a plugin call that is told as under way meanwhile.
  func calling<T>(_ plugin: String, _ verb: String, _ call: () -> T) -> T {
    calls.withLock { $0.append("\(plugin) \(verb)") }
    defer { calls.withLock { _ = $0.popLast() } }
    return call()
  }

  /// The plugin call under way.
  var pluginCall: String? { calls.withLock { $0.last } }

  /// Adds a plugin call to a step.
  func add(_ call: PluginCallRecord, to entry: Entry?) {
    let call = Trace.PluginCall(call, since: begin)
    change(entry) { $0.pluginCalls.append(call) }
  }

  /// Adds what was excused or given up to a step.
  func note(_ text: String, in entry: Entry?) {
    change(entry) { $0.notes.append(text.cut(toBytes: StepReport.errorLimit)) }
  }

  /// The trace as it stands; with `error` the operation has failed.
  func snapshot(error: String? = nil) -> Trace {
    let now = elapsed
    return trace.withLock {
      $0.duration = now
      if let error {
        $0.outcome = .failed
        $0.error = error
      }
      return $0
    }
  }

  private func change(_ entry: Entry?, _ body: (inout sending Trace.Step) -> Void) {
    trace.withLock {
      guard let entry, $0.steps.indices.contains(entry.index) else { return }
      body(&$0.steps[entry.index])
    }
  }

  private var elapsed: Int64 { (SuspendingClock.now - begin).nanoseconds }
}

extension Duration {
  /// The whole nanoseconds.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}

extension Int64 {
  /// Now, in nanoseconds since the epoch.
  package static var nowSinceEpoch: Int64 { Int64(Date.now.timeIntervalSince1970 * 1_000_000_000) }
}
