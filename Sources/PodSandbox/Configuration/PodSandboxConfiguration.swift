/// A pod sandbox as its caller asks for it: CRI's `PodSandboxConfig`, with CRI's field names.
///
/// Every property starts at its proto3 default, so a caller sets what it knows.
public struct PodSandboxConfiguration: Sendable, Hashable, Codable {
  /// The request as it came, as canonical JSON of CRI's message: what the other properties do not hold is in it too. Two runs
  /// of one name are the same when these bytes are; without them, when the other properties are.
  public var request: String?
  /// Identifies the pod; the tuple is unique among living sandboxes.
  public var metadata = Metadata()
  /// The host name inside the sandbox; empty: the first 12 digits of the id.
  public var hostname = ""
  /// Where containers' logs belong; absolute or empty. Stored, not created.
  public var logDirectory = ""
  /// `nil`: the host's `resolv.conf` is copied; an empty value: an empty file.
  public var dnsConfig: DNSConfiguration?
  /// Ports to publish on the host, through the CNI capability `portMappings`.
  public var portMappings: [PortMapping] = []
  /// Stored verbatim, matched by List's selector.
  public var labels: [String: String] = [:]
  /// Stored verbatim; `capability.berth/<name>` and the Kubernetes bandwidth annotations become CNI capabilities.
  public var annotations: [String: String] = [:]
  /// What applies to Linux.
  public var linux = LinuxConfiguration()

  /// A configuration with every field at its default.
  public init() {}

  /// CRI's `PodSandboxMetadata`.
  public struct Metadata: Sendable, Hashable, Codable {
    /// The pod's name; required.
    public var name = ""
    /// The pod's uid; may be empty.
    public var uid = ""
    /// The pod's namespace; may be empty.
    public var namespace = ""
    /// Tells retries of one pod apart.
    public var attempt: UInt32 = 0
    /// Metadata with every field at its default.
    public init() {}
  }

  /// CRI's `DNSConfig`: the contents of `resolv.conf`.
  public struct DNSConfiguration: Sendable, Hashable, Codable {
    /// `nameserver` lines.
    public var servers: [String] = []
    /// The `search` line.
    public var searches: [String] = []
    /// The `options` line.
    public var options: [String] = []
    /// An empty configuration.
    public init() {}
  }

  /// CRI's `PortMapping`.
  public struct PortMapping: Sendable, Hashable, Codable {
    /// The transport of a mapping, in the order of CRI's enum.
    public enum TransportProtocol: String, Sendable, Codable { case tcp, udp, sctp }
    /// The transport that is mapped.
    public var `protocol` = TransportProtocol.tcp
    /// The port in the pod, 1 to 65535.
    public var containerPort: Int32 = 0
    /// The port on the host; 0 means no mapping.
    public var hostPort: Int32 = 0
    /// The host address to listen on; empty: all.
    public var hostIP = ""
    /// A mapping with every field at its default.
    public init() {}
  }
}
