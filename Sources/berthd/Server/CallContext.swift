import Synchronization

/// One call: what its handler may want to know, and what the access log wants to know of it.
final class CallContext: Sendable {
  /// Tells calls apart in the log; the answer carries it as `X-Request-Id`.
  let requestID: String
  /// Who asks.
  let peer: PeerCredentials?
  /// When the answer is no longer waited for.
  let deadline: SuspendingClock.Instant?
  /// When the head had arrived.
  let startedAt: SuspendingClock.Instant
  private let sandbox = Mutex<String?>(nil)
  private let told = Mutex<[String]>([])

  init(
    peer: PeerCredentials?, deadline: SuspendingClock.Instant? = nil, startedAt: SuspendingClock.Instant = .now,
    requestID: String = CallContext.makeRequestID()
  ) {
    self.peer = peer
    self.deadline = deadline
    self.startedAt = startedAt
    self.requestID = requestID
  }

  /// The sandbox the call is about, once that is known.
  var sandboxID: String? {
    get { sandbox.withLock { $0 } }
    set { sandbox.withLock { $0 = newValue } }
  }

  /// What was asked for and is not done: a `Berth-Warning` header field each of the answer, when that is no error.
  var warnings: [String] {
    get { told.withLock { $0 } }
    set { told.withLock { $0 = newValue } }
  }

  /// 16 hex digits, random.
  static func makeRequestID() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
