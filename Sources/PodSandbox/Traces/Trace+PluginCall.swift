import CNI
import JSON
import LinuxKernel

extension Trace.PluginCall {
  /// What stderr is cut to here: a record holds it for as long as the sandbox lives.
  private static let stderrLimit = 4096

  /// A plugin call, its time as an offset from `begin`.
  init(_ call: PluginCallRecord, since begin: SuspendingClock.Instant) {
    plugin = call.plugin
    network = call.network
    verb = call.verb.rawValue
    interface = call.interfaceName
    start = (call.startedAt - begin).nanoseconds
    duration = call.duration.nanoseconds
    outcome =
      switch call.outcome {
      case .ok: .ok
      case .failed: .failed
      case .timeout: .timeout
      case .cancelled: .cancelled
      }
    exitStatus = if case .exited(let status)? = call.exit { status } else { nil }
    errorCode = call.error.map(\.code)
    errorMessage = call.error?.message
    errorDetails = call.error.flatMap { $0.details.isEmpty ? nil : $0.details }
    isNative = call.servedBy == MixedInvoker.native ? true : nil
    stderr = call.stderr.isEmpty ? nil : call.stderr.cut(toBytes: Self.stderrLimit)
  }
}
