/// What has passed through a link since it was made (the common part of struct rtnl_link_stats64).
public struct LinkStatistics: Sendable, Hashable, Codable {
  /// The counters of one direction.
  public struct Direction: Sendable, Hashable, Codable {
    /// Packets passed without error.
    public var packets: UInt64
    /// Bytes in them, link-layer headers included.
    public var bytes: UInt64
    /// Packets that were bad.
    public var errors: UInt64
    /// Good packets thrown away for want of room or of a taker.
    public var dropped: UInt64

    /// Takes the four counters.
    public init(packets: UInt64, bytes: UInt64, errors: UInt64, dropped: UInt64) {
      self.packets = packets
      self.bytes = bytes
      self.errors = errors
      self.dropped = dropped
    }
  }

  /// Towards this interface.
  public var received: Direction
  /// From this interface.
  public var transmitted: Direction
  /// Multicast packets among those received.
  public var multicast: UInt64

  /// Takes the counters of both directions.
  public init(received: Direction, transmitted: Direction, multicast: UInt64) {
    self.received = received
    self.transmitted = transmitted
    self.multicast = multicast
  }
}
