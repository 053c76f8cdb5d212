/// How a link's packets wait (tc(8)).
public enum QueueingDiscipline: Sendable, Hashable {
  /// A bucket that lets packets through as fast as it is filled (tc-tbf(8)).
  case tokenBucket(TokenBucket)
  /// Not a queue, but the place where filters see what a link receives.
  case ingress
  /// Any other one, by its name.
  case other(String)
}

/// The figures of a token bucket.
public struct TokenBucket: Sendable, Hashable {
  /// Bytes a second.
  public let rate: UInt64
  /// How many bytes may go at once. What is read back is what the kernel tells, which is short where they take 274 s and more.
  public let burst: UInt32
  /// How many bytes wait at most; what is more is dropped.
  public let limit: UInt32

  /// Describes a bucket.
  public init(rate: UInt64, burst: UInt32, limit: UInt32) {
    self.rate = rate
    self.burst = burst
    self.limit = limit
  }
}
