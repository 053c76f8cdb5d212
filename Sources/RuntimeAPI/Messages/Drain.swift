extension Berth {
  /// Asks that no new pods are taken, or that they are taken again.
  public struct DrainRequest: Message {
    /// Whether they are taken again.
    public var off: Bool

    /// Makes the message; what is left out has its proto3 default.
    public init(off: Bool = false) {
      self.off = off
    }
  }

  /// No run is under way any more.
  public struct DrainResponse: Message {
    /// Makes the message.
    public init() {}
  }
}

extension BerthService {
  /// Takes no new pods until it is taken back or the daemon ends, and answers when no run is under way any more.
  public static let drain = RPC<Berth.DrainRequest, Berth.DrainResponse>(service: name, method: "Drain")
}
