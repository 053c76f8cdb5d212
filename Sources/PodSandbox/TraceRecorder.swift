import CNI
import FoundationEssentials
import Synchronization

/// Writes down one operation while it runs: each step, and under it each plugin call.
final class TraceRecorder: Sendable {
  private let begin = SuspendingClock.now
  private let trace: Mutex<Trace>

  init(_ operation: Trace.Operation, sandboxID: String, startedAt: Int64 = .nowSinceEpoch) {
    trace = Mutex(
      Trace(
        sandboxID: sandboxID, operation: operation, startedAt: startedAt, duration: 0, outcome: .ok, error: nil,
        steps: []))
  }

  /// Begins a step; what plugins are called until `end` are its.
  func begin(_ step: StepName, _ action: Trace.Action) {
    let start = elapsed
    trace.withLock {
      $0.steps.append(
        Trace.Step(step: step, action: action, outcome: .ok, error: nil, start: start, duration: 0, pluginCalls: []))
    }
  }

  /// Ends the step that was begun last.
  func end(_ outcome: Trace.Outcome, error: String? = nil) {
    let now = elapsed
    trace.withLock {
      guard let last = $0.steps.indices.last else { return }
      $0.steps[last].duration = now - $0.steps[last].start
      $0.steps[last].outcome = outcome
      $0.steps[last].error = error
    }
  }

  /// A step that waits for another's undo.
  func skip(_ step: StepName, reason: String) {
    begin(step, .undo)
    end(.skipped, error: reason)
  }

  /// Adds a plugin call to the step that was begun last.
  func add(_ call: PluginCallRecord) {
    let entry = Trace.PluginCall(call, since: begin)
    trace.withLock {
      guard let last = $0.steps.indices.last else { return }
      $0.steps[last].pluginCalls.append(entry)
    }
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
  static var nowSinceEpoch: Int64 { Int64(Date.now.timeIntervalSince1970 * 1_000_000_000) }
}
