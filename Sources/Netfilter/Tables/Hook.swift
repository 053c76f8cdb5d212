/// Where in a packet's way a base chain stands: nft's `type`, `hook`, `priority` and `policy`.
public struct Hook: Sendable, Hashable {
  /// What rules of the chain may do.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Let through or drop.
    case filter
    /// Translate addresses; only a connection's first packet is seen.
    case nat
    /// Have a packet routed anew when it was changed.
    case route
  }

  /// A place in the packet's way, numbered as the kernel does (enum nf_inet_hooks).
  public enum Point: UInt32, Sendable, Hashable, CaseIterable {
    /// Before the routing decision.
    case prerouting = 0
    /// On its way to a process of the host.
    case input
    /// On its way through the host.
    case forward
    /// From a process of the host.
    case output
    /// Before it leaves the host.
    case postrouting
  }

  /// A place in the order of the chains of one hook: lower ones come first.
  public struct Priority: Sendable, Hashable {
    /// The number that the kernel sorts by.
    public let rawValue: Int32

    /// Makes a priority of a number.
    public init(_ rawValue: Int32) { self.rawValue = rawValue }

    /// nft's `raw`: before connection tracking.
    public static let raw = Priority(-300)
    /// nft's `mangle`.
    public static let mangle = Priority(-150)
    /// nft's `dstnat`.
    public static let dstnat = Priority(-100)
    /// nft's `filter`.
    public static let filter = Priority(0)
    /// nft's `security`.
    public static let security = Priority(50)
    /// nft's `srcnat`.
    public static let srcnat = Priority(100)

    /// A priority behind another one.
    public static func + (priority: Priority, offset: Int32) -> Priority { Priority(priority.rawValue &+ offset) }
    /// A priority before another one.
    public static func - (priority: Priority, offset: Int32) -> Priority { Priority(priority.rawValue &- offset) }
  }

  /// What becomes of a packet that no rule decided about.
  public enum Policy: String, Sendable, Hashable {
    /// It goes on.
    case accept
    /// It is thrown away.
    case drop
  }

  /// What rules may do.
  public var kind: Kind
  /// The place.
  public var point: Point
  /// The order at that place.
  public var priority: Priority
  /// What becomes of the rest.
  public var policy: Policy

  /// Makes the value.
  public init(_ kind: Kind, _ point: Point, _ priority: Priority, policy: Policy = .accept) {
    self.kind = kind
    self.point = point
    self.priority = priority
    self.policy = policy
  }

  /// A filter chain's hook.
  public static func filter(_ point: Point, _ priority: Priority = .filter, policy: Policy = .accept) -> Hook {
    Hook(.filter, point, priority, policy: policy)
  }

  /// A nat chain's hook.
  public static func nat(_ point: Point, _ priority: Priority) -> Hook { Hook(.nat, point, priority) }
}

extension Hook {
  /// What stands between the braces of nft's `add chain`.
  var words: String {
    "type \(kind.rawValue) hook \(point) priority \(priority.rawValue); policy \(policy.rawValue);"
  }
}
