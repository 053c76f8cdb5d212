extension CRI {
  /// What names a sandbox; the four together are unique.
  public struct PodSandboxMetadata: Message {
    /// The pod's name.
    public var name: String
    /// The pod's UID.
    public var uid: String
    /// The pod's namespace.
    public var namespace: String
    /// Which attempt to run the pod this is.
    public var attempt: UInt32

    /// Makes the message; what is left out has its proto3 default.
    public init(name: String = "", uid: String = "", namespace: String = "", attempt: UInt32 = 0) {
      self.name = name
      self.uid = uid
      self.namespace = namespace
      self.attempt = attempt
    }
  }

  /// The pod's resolv.conf.
  public struct DNSConfig: Message {
    /// The name servers.
    public var servers: [String]
    /// The search domains.
    public var searches: [String]
    /// The resolver's options.
    public var options: [String]

    /// Makes the message; what is left out has its proto3 default.
    public init(servers: [String] = [], searches: [String] = [], options: [String] = []) {
      self.servers = servers
      self.searches = searches
      self.options = options
    }
  }

  /// Everything a sandbox is made from.
  public struct PodSandboxConfig: Message {
    /// What names the sandbox; required.
    public var metadata: PodSandboxMetadata?
    /// The pod's hostname.
    public var hostname: String
    /// Where containers would log; an absolute path.
    public var logDirectory: String
    /// The pod's resolv.conf; nil takes the host's.
    public var dnsConfig: DNSConfig?
    /// Ports of the host that lead to the pod.
    public var portMappings: [PortMapping]
    /// Labels to find the sandbox by.
    public var labels: [String: String]
    /// Annotations, kept as they are.
    public var annotations: [String: String]
    /// What concerns Linux.
    public var linux: LinuxPodSandboxConfig?
    /// What concerns Windows; refused.
    public var windows: WindowsPodSandboxConfig?

    /// Makes the message; what is left out has its proto3 default.
    public init(
      metadata: PodSandboxMetadata? = nil, hostname: String = "", logDirectory: String = "",
      dnsConfig: DNSConfig? = nil, portMappings: [PortMapping] = [], labels: [String: String] = [:],
      annotations: [String: String] = [:], linux: LinuxPodSandboxConfig? = nil, windows: WindowsPodSandboxConfig? = nil
    ) {
      self.metadata = metadata
      self.hostname = hostname
      self.logDirectory = logDirectory
      self.dnsConfig = dnsConfig
      self.portMappings = portMappings
      self.labels = labels
      self.annotations = annotations
      self.linux = linux
      self.windows = windows
    }
  }
}
