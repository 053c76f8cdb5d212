import JSON
import Logging
import RuntimeAPI

/// Tells of every request in one entry: who asked for what, what came of it, how long it took.
///
/// Bodies are never told: annotations and environments may hold secrets.
struct AccessLog: Sendable {
  /// What a request is called.
  struct Entry {
    /// As the log has it.
    let name: String
    /// As the metrics have it: one of the API's methods, or a word of ours.
    let family: String
    /// It changes nothing: when it succeeds, it is told at `debug`.
    let isQuiet: Bool

    /// A call of one of the API's methods.
    init(method: String, isReadOnly: Bool) { (name, family, isQuiet) = (method, method, isReadOnly) }

    /// A request for a page, or for nothing that there is.
    init(path: String) { (name, family, isQuiet) = (path.beginning(200), "other", true) }

    /// Something that is no request.
    static let malformed = Entry(name: "malformed", family: "malformed", isQuiet: false)

    private init(name: String, family: String, isQuiet: Bool) {
      (self.name, self.family, self.isQuiet) = (name, family, isQuiet)
    }
  }

  let logger: Logger
  let metrics: RequestMetrics

  /// Records a request that has its answer. What only reads and succeeds is told at `debug`, what fails at `warning`, all else
  /// at `info`.
  func record(_ call: CallContext, _ entry: Entry, _ answer: Answer) {
    let duration = call.startedAt.duration(to: .now)
    let code = answer.error?.code.rawValue ?? "ok"
    metrics.record(method: entry.family, code: code, duration: duration)
    let level: Logger.Level = answer.error != nil ? .warning : entry.isQuiet ? .debug : .info
    guard level >= logger.logLevel else { return }
    var fields: Logger.Metadata = [
      "method": .string(entry.name), "code": .string(code), "duration_ms": .stringConvertible(duration.milliseconds),
      "request": .string(call.requestID),
    ]
    if let peer = call.peer {
      fields["pid"] = .stringConvertible(peer.pid)
      fields["uid"] = .stringConvertible(peer.uid)
      fields["gid"] = .stringConvertible(peer.gid)
    }
    if let sandbox = call.sandboxID { fields["sandbox"] = .string(sandbox.beginning(64)) }
    if let error = answer.error { fields["error"] = .string(error.message.cut(toBytes: 2000)) }
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
