import PodSandbox
import RuntimeAPI

extension PodSandboxConfiguration {
  /// The configuration that `config` asks for.
  ///
  /// - Throws: `invalid_argument` for what can be said in CRI but not had on Linux or not from a sandbox alone.
  init(_ config: CRI.PodSandboxConfig?) throws(ConnectError) {
    guard let config else { throw ConnectError(invalid: "config is missing; it says what the sandbox is made from") }
    guard let metadata = config.metadata else {
      throw ConnectError(invalid: "config.metadata is missing; it needs at least a name")
    }
    guard config.windows == nil else {
      throw ConnectError(invalid: "config.windows: this runtime makes sandboxes for Linux only; leave it out")
    }
    self.init()
    request = String(decoding: ProtoJSONEncoder().encode(config), as: UTF8.self)
    self.metadata = Metadata(metadata)
    hostname = config.hostname
    logDirectory = config.logDirectory
    dnsConfig = config.dnsConfig.map(DNSConfiguration.init)
    portMappings = config.portMappings.map(PortMapping.init)
    labels = config.labels
    annotations = config.annotations
    linux = try LinuxConfiguration(config.linux ?? CRI.LinuxPodSandboxConfig())
  }
}

extension ConnectError {
  /// An `invalid_argument`.
  init(invalid message: String) { self.init(code: .invalidArgument, message: message) }
}

extension PodSandboxConfiguration.Metadata {
  init(_ metadata: CRI.PodSandboxMetadata) {
    self.init()
    name = metadata.name
    uid = metadata.uid
    namespace = metadata.namespace
    attempt = metadata.attempt
  }
}

extension PodSandboxConfiguration.DNSConfiguration {
  init(_ dns: CRI.DNSConfig) {
    self.init()
    servers = dns.servers
    searches = dns.searches
    options = dns.options
  }
}

extension PodSandboxConfiguration.PortMapping {
  init(_ mapping: CRI.PortMapping) {
    self.init()
    self.protocol =
      switch mapping.protocol {
      case .tcp: .tcp
      case .udp: .udp
      case .sctp: .sctp
      }
    containerPort = mapping.containerPort
    hostPort = mapping.hostPort
    hostIP = mapping.hostIp
  }
}
