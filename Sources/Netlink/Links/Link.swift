/// A network interface as the kernel described it at one moment.
public struct Link: Sendable, Hashable {
  /// The interface's flags (`IFF_…` of linux/if.h).
  public struct Flags: OptionSet, Sendable, Hashable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Takes the kernel's bits as they are.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Administratively up (IFF_UP).
    public static let up = Flags(rawValue: 1 << 0)
    /// Has a broadcast address (IFF_BROADCAST).
    public static let broadcast = Flags(rawValue: 1 << 1)
    /// Is a loopback interface (IFF_LOOPBACK).
    public static let loopback = Flags(rawValue: 1 << 3)
    /// Has one peer only (IFF_POINTOPOINT).
    public static let pointToPoint = Flags(rawValue: 1 << 4)
    /// Ready to pass packets (IFF_RUNNING).
    public static let running = Flags(rawValue: 1 << 6)
    /// Does not resolve addresses (IFF_NOARP).
    public static let noARP = Flags(rawValue: 1 << 7)
    /// Receives everything (IFF_PROMISC).
    public static let promiscuous = Flags(rawValue: 1 << 8)
    /// Receives what is sent to any group (IFF_ALLMULTI).
    public static let allMulticast = Flags(rawValue: 1 << 9)
    /// Supports multicast (IFF_MULTICAST).
    public static let multicast = Flags(rawValue: 1 << 12)
    /// Has a carrier (IFF_LOWER_UP).
    public static let lowerUp = Flags(rawValue: 1 << 16)
  }

  /// The interface's number, unique in its network namespace.
  public let index: Int32
  /// The interface's name, unique in its network namespace.
  public let name: String
  /// The hardware address; nil where there is none, or none of 48 bits.
  public let mac: MACAddress?
  /// The largest packet it takes, in bytes.
  public let mtu: UInt32
  /// What state it is in.
  public let flags: Flags
  /// The driver's kind, `veth`, `bridge`, …; nil for loopback and most hardware.
  public let kind: String?
  /// The text that its owner gave it (IFLA_IFALIAS); nil where it has none.
  public let alias: String?
  /// The group it is in.
  public let group: UInt32
  /// How many packets wait to be sent at most.
  public let transmitQueueLength: UInt32
  /// Of a bridge's port, what the bridge keeps of it.
  public let port: BridgePort?
  /// Of a bridge, whether it tells VLANs apart.
  public let filtersVLANs: Bool
  /// The index of the bridge (or other master) it belongs to.
  public let masterIndex: Int32?
  /// The index of its peer (veth) or of the interface it lies on (IFLA_LINK), in that one's namespace.
  public let peerIndex: Int32?
  /// The peer's namespace, as this one numbers others (IFLA_LINK_NETNSID); nil when it is this one.
  public let peerNamespaceID: Int32?

  /// Whether it is administratively up.
  public var isUp: Bool { flags.contains(.up) }
}
