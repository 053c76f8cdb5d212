public import LinuxKernel

/// What a link knows of the hardware address behind an IP address (ip-neighbour(8)).
public struct Neighbour: Sendable, Hashable {
  /// How sure the kernel is (NUD_…).
  public struct State: OptionSet, Sendable, Hashable {
    /// The kernel's bits.
    public let rawValue: UInt16

    /// Takes the kernel's bits as they are.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Being asked for.
    public static let incomplete = State(rawValue: 0x01)
    /// Known to be right.
    public static let reachable = State(rawValue: 0x02)
    /// Known, perhaps no longer right.
    public static let stale = State(rawValue: 0x04)
    /// Asked for in vain.
    public static let failed = State(rawValue: 0x20)
    /// For a link that needs none.
    public static let noARP = State(rawValue: 0x40)
    /// Set by hand, for ever.
    public static let permanent = State(rawValue: 0x80)
  }

  /// The IP address.
  public let address: IPAddress
  /// The hardware address; nil while it is not known.
  public let mac: MACAddress?
  /// The link.
  public let linkIndex: Int32
  /// How sure the kernel is.
  public let state: State

  /// Joins an address and its hardware address.
  public init(_ address: IPAddress, mac: MACAddress?, link linkIndex: Int32, state: State = .permanent) {
    self.address = address
    self.mac = mac
    self.linkIndex = linkIndex
    self.state = state
  }
}
