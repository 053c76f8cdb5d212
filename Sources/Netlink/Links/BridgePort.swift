/// What a bridge keeps of one of its ports (`IFLA_BRPORT_…`).
public struct BridgePort: Sendable, Hashable {
  /// What a port does with packets (BR_STATE_…).
  public enum State: UInt8, Sendable, Hashable {
    /// Neither takes nor sends any.
    case disabled = 0
    /// Only takes the spanning tree's.
    case listening = 1
    /// Learns who is behind it.
    case learning = 2
    /// Passes packets.
    case forwarding = 3
    /// Kept out by the spanning tree.
    case blocking = 4
  }

  /// Whether a packet may leave by the port it came in by (BRPORT_MODE).
  public var hairpin: Bool?
  /// Whether it reaches only ports that are not isolated (BRPORT_ISOLATED).
  public var isIsolated: Bool?
  /// What it does with packets. Writing `disabled` cuts a port off at once.
  public var state: State?

  /// Describes what is to be set; nil stays as it is.
  public init(hairpin: Bool? = nil, isIsolated: Bool? = nil, state: State? = nil) {
    self.hairpin = hairpin
    self.isIsolated = isIsolated
    self.state = state
  }
}

/// A range of VLANs of a bridge's port.
public struct PortVLAN: Sendable, Hashable {
  /// The first and the last number, 1 to 4094.
  public let ids: ClosedRange<UInt16>
  /// Whether packets without a number belong to it (PVID).
  public let isDefault: Bool
  /// Whether its packets leave without a number (UNTAGGED).
  public let isUntagged: Bool

  /// Describes VLANs of a port; nil unless all numbers lie in 1 to 4094, and for a default that is more than one.
  public init?(_ ids: ClosedRange<UInt16>, isDefault: Bool = false, isUntagged: Bool = false) {
    guard ids.lowerBound >= 1, ids.upperBound <= 4094, !isDefault || ids.count == 1 else { return nil }
    self.ids = ids
    self.isDefault = isDefault
    self.isUntagged = isUntagged
  }
}
