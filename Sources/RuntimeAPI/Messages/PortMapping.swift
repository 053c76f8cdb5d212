extension CRI {
  /// The transport protocol of a port mapping (`Protocol` in the CRI).
  public enum ProtocolName: String, ProtoEnum {
    /// TCP.
    case tcp = "TCP"
    /// UDP.
    case udp = "UDP"
    /// SCTP.
    case sctp = "SCTP"
  }

  /// A port of the host that leads to one of the pod.
  public struct PortMapping: Message {
    /// The transport protocol.
    public var `protocol`: ProtocolName
    /// The port in the pod.
    public var containerPort: Int32
    /// The port on the host; 0 is no mapping.
    public var hostPort: Int32
    /// The host's address; empty is all of them.
    public var hostIp: String

    /// Makes the message; what is left out has its proto3 default.
    public init(`protocol`: ProtocolName = .tcp, containerPort: Int32 = 0, hostPort: Int32 = 0, hostIp: String = "") {
      self.protocol = `protocol`
      self.containerPort = containerPort
      self.hostPort = hostPort
      self.hostIp = hostIp
    }
  }
}
