import Hummingbird
import Logging
import RuntimeAPI

/// Tells of every request in one entry: who asked for what, what came of it, how long it took.
///
/// Bodies are never told: annotations and environments may hold secrets.
struct AccessLog: Sendable {
  let logger: Logger
  let metrics: RequestMetrics

  /// Records a request that has its answer. What only reads and succeeds is told at `debug`, all else at `info`.
  func record(_ call: CallContext, method: String?, traits: Route.Traits, _ answer: Answer, request: Request) {
    let duration = call.startedAt.duration(to: .now)
    metrics.record(method: method ?? "other", code: answer.code?.rawValue ?? "ok", duration: duration)
    let isQuiet = answer.code == nil && (traits.contains(.readOnly) || method == nil)
    let level: Logger.Level = isQuiet ? .debug : .info
    guard level >= logger.logLevel else { return }
    var fields: Logger.Metadata = [
      "method": .string(method ?? "\(request.method.rawValue) \(request.uri.path.prefix(200))"),
      "code": .string(answer.code?.rawValue ?? "ok"), "duration_ms": .stringConvertible(duration.milliseconds),
      "request": .string(call.requestID),
    ]
    if let peer = call.peer {
      fields["pid"] = .stringConvertible(peer.pid)
      fields["uid"] = .stringConvertible(peer.uid)
      fields["gid"] = .stringConvertible(peer.gid)
    }
    if let sandbox = call.sandboxID { fields["sandbox"] = .string(sandbox) }
    if let failure = answer.failure { fields["error"] = .string(String(failure.prefix(2000))) }
    logger.log(level: level, "request", metadata: fields)
  }
}

extension Duration {
  /// The length in milliseconds, to the microsecond.
  var milliseconds: Double {
    let (seconds, attoseconds) = components
    return (Double(seconds) * 1e6 + Double(attoseconds) / 1e12).rounded() / 1000
  }
}
