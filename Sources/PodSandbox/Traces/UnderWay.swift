import Synchronization

/// The operations that change a sandbox now, each with how far it is.
final class UnderWay: Sendable {
  private let recorders = Mutex<[ObjectIdentifier: (recorder: TraceRecorder, name: SandboxName)]>([:])

  func begin(_ recorder: TraceRecorder, _ name: SandboxName) {
    recorders.withLock { $0[ObjectIdentifier(recorder)] = (recorder, name) }
  }

  func end(_ recorder: TraceRecorder) { recorders.withLock { $0[ObjectIdentifier(recorder)] = nil } }

  /// What is under way, the oldest first.
  var operations: [OperationUnderWay] {
    recorders.withLock { Array($0.values) }.map { recorder, name in
      let trace = recorder.snapshot()
      return OperationUnderWay(
        sandboxID: trace.sandboxID, name: name.metadata.name, namespace: name.metadata.namespace,
        operation: trace.operation,
        startedAt: trace.startedAt, step: trace.steps.last?.step, pluginCall: recorder.pluginCall)
    }.sorted { ($0.startedAt, $0.sandboxID) < ($1.startedAt, $1.sandboxID) }
  }
}

/// An operation that changes a sandbox now.
public struct OperationUnderWay: Sendable, Hashable {
  /// The sandbox.
  public let sandboxID: String
  /// The pod's name.
  public let name: String
  /// The pod's namespace.
  public let namespace: String
  /// Which operation it is.
  public let operation: Trace.Operation
  /// When it began, in nanoseconds since the epoch.
  public let startedAt: Int64
  /// The step that it is at, or was at last; nil before the first.
  public let step: StepName?
  /// The plugin's type and the verb that are waited for, as `bridge ADD`; nil when none is.
  public let pluginCall: String?
}
