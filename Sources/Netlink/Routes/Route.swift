import CMnl
public import LinuxKernel

/// A route of IPv4 or IPv6.
public struct Route: Sendable, Hashable {
  /// What the kernel does with packets to the destination (RTN_…).
  public enum Kind: Sendable, Hashable {
    /// Sends them on.
    case unicast
    /// Takes them itself.
    case local
    /// Takes them itself as a broadcast.
    case broadcast
    /// Drops them silently.
    case blackhole
    /// Drops them and says unreachable.
    case unreachable
    /// Any other value, as the kernel gave it.
    case other(UInt8)
  }

  /// One of several ways of a multipath route.
  public struct Hop: Sendable, Hashable {
    /// The next router; nil on the link itself.
    public let gateway: IPAddress?
    /// The link it goes out by.
    public let linkIndex: Int32

    /// Joins a router and a link.
    public init(gateway: IPAddress?, linkIndex: Int32) {
      self.gateway = gateway
      self.linkIndex = linkIndex
    }
  }

  /// How far away a destination is (RT_SCOPE_…); of IPv4 routes alone.
  public enum Reach: Sendable, Hashable {
    /// Behind routers.
    case everywhere
    /// On the link.
    case link
    /// In this host.
    case host
    /// Any other value, as the kernel knows it.
    case other(UInt8)
  }

  /// The number of the main routing table.
  public static let mainTable: UInt32 = 254
  /// The number of the table of the host's own addresses.
  public static let localTable: UInt32 = 255

  /// Which packets it is for; `IPPrefix.everything` for the default route.
  public var destination: IPPrefix
  /// The next router; nil for the link itself, and for multipath routes. It may be of the other family (RTA_VIA).
  public var gateway: IPAddress?
  /// The link packets go out by; nil lets the kernel choose one by the gateway, and in multipath routes.
  public var linkIndex: Int32?
  /// The source address for packets of this host that have none yet.
  public var preferredSource: IPAddress?
  /// The lower one goes first; nil for the family's default (0 for IPv4, 1024 for IPv6).
  public var metric: UInt32?
  /// The routing table.
  public var table: UInt32
  /// How large packets on it may be; nil: as large as the link takes.
  public var mtu: UInt32?
  /// The largest segment that TCP offers to take; nil: as follows from the MTU.
  public var advertisedMSS: UInt32?
  /// What is done with the packets.
  public var kind: Kind
  /// The ways of a multipath route, else empty. Not written by `addRoute`.
  public internal(set) var hops: [Hop] = []

  /// Describes a route to a destination by a link, a gateway or both.
  public init(
    to destination: IPPrefix, via gateway: IPAddress? = nil, link linkIndex: Int32? = nil,
    preferredSource: IPAddress? = nil, metric: UInt32? = nil, table: UInt32 = Route.mainTable, mtu: UInt32? = nil,
    advertisedMSS: UInt32? = nil, kind: Kind = .unicast
  ) {
    self.destination = destination
    self.gateway = gateway
    self.linkIndex = linkIndex
    self.preferredSource = preferredSource
    self.metric = metric
    self.table = table
    self.mtu = mtu
    self.advertisedMSS = advertisedMSS
    self.kind = kind
  }

  /// Whether this is the default route of its family.
  public var isDefault: Bool { destination.length == 0 }
}

extension Route.Kind {
  init(rawValue: UInt8) {
    self =
      switch Int(rawValue) {
      case Int(RTN_UNICAST): .unicast
      case Int(RTN_LOCAL): .local
      case Int(RTN_BROADCAST): .broadcast
      case Int(RTN_BLACKHOLE): .blackhole
      case Int(RTN_UNREACHABLE): .unreachable
      default: .other(rawValue)
      }
  }

  var rawValue: UInt8 {
    switch self {
    case .unicast: UInt8(RTN_UNICAST)
    case .local: UInt8(RTN_LOCAL)
    case .broadcast: UInt8(RTN_BROADCAST)
    case .blackhole: UInt8(RTN_BLACKHOLE)
    case .unreachable: UInt8(RTN_UNREACHABLE)
    case .other(let value): value
    }
  }
}

extension Route.Reach {
  /// The reach of a number of the kernel's.
  public init(rawValue: UInt8) {
    self = [.everywhere, .link, .host].first { $0.rawValue == rawValue } ?? .other(rawValue)
  }

  var rawValue: UInt8 {
    switch self {
    case .everywhere: UInt8(RT_SCOPE_UNIVERSE.rawValue)
    case .link: UInt8(RT_SCOPE_LINK.rawValue)
    case .host: UInt8(RT_SCOPE_HOST.rawValue)
    case .other(let value): value
    }
  }
}
