extension Berth {
  /// Something of a sandbox that could not be cleaned up.
  public struct Leftover: Message {
    /// `sandbox` (another remove tries again), `owed` (removed by force; tried again by itself) or `quarantined` (its record
    /// cannot be used; gc clears it away).
    public var kind: String
    /// The sandbox's id.
    public var podSandboxId: String
    /// The pod's name, `name_namespace_uid_attempt`; empty when the record does not tell.
    public var name: String
    /// Since when, in nanoseconds since the epoch; 0 when the record does not tell.
    public var since: Int64
    /// The steps that could not be undone, or that wait for one that could not.
    public var steps: [UndoReport.Step]
    /// Why, in the words of the plugin, the kernel or the reader of the record.
    public var reason: String
    /// How often an owed DEL was tried by this daemon.
    public var attempts: UInt32
    /// When an owed DEL is tried next, in nanoseconds since the epoch; 0 when nothing tries by itself.
    public var nextAttemptAt: Int64

    /// Makes the message; what is left out has its proto3 default.
    public init(
      kind: String = "", podSandboxId: String = "", name: String = "", since: Int64 = 0, steps: [UndoReport.Step] = [],
      reason: String = "", attempts: UInt32 = 0, nextAttemptAt: Int64 = 0
    ) {
      self.kind = kind
      self.podSandboxId = podSandboxId
      self.name = name
      self.since = since
      self.steps = steps
      self.reason = reason
      self.attempts = attempts
      self.nextAttemptAt = nextAttemptAt
    }
  }

  /// Asks what is left of sandboxes that could not be cleaned up.
  public struct ListLeftoversRequest: Message {
    /// Makes the message.
    public init() {}
  }

  /// What is left.
  public struct ListLeftoversResponse: Message {
    /// What is left, of sandboxes first, then what is owed, then the records that cannot be used.
    public var leftovers: [Leftover]

    /// Makes the message; what is left out has its proto3 default.
    public init(leftovers: [Leftover] = []) {
      self.leftovers = leftovers
    }
  }
}

extension BerthService {
  /// Says what is left of which sandbox, and why.
  public static let listLeftovers = RPC<Berth.ListLeftoversRequest, Berth.ListLeftoversResponse>(
    service: name, method: "ListLeftovers")
}
