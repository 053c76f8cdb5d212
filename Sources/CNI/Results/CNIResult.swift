public import JSON
public import LinuxKernel

/// What ADD results in: interfaces, addresses, routes and DNS settings (the specification, section 5), whatever its version.
///
/// The fields are one shape for all versions. `raw` is what the plugin printed, unknown keys included; that goes into the
/// cache and to the next plugin. Nothing in it is trusted: an index may point nowhere (`interface(of:)` copes).
public struct CNIResult: Sendable, Hashable {
  /// The version of the specification that `raw` is written in.
  public let cniVersion: String
  /// The interfaces, on the host and in the container; none in 0.1.0 and 0.2.0.
  public let interfaces: [Interface]
  /// The addresses.
  public let ips: [IPConfiguration]
  /// The routes.
  public let routes: [Route]
  /// The DNS settings.
  public let dns: DNS
  /// The result as JSON, `cniVersion` always set.
  public let raw: JSON

  /// A result from its parts. `raw` is made from them in the form of `cniVersion`.
  ///
  /// Errors: an unknown version; 0.1.0 and 0.2.0 without an address (`cannot convert: no valid IP addresses`).
  public init(
    cniVersion: String, interfaces: [Interface] = [], ips: [IPConfiguration] = [], routes: [Route] = [],
    dns: DNS = DNS()
  ) throws(CNIError) {
    let parts = Parts(interfaces: interfaces, ips: ips, routes: routes, dns: dns)
    let raw = try ResultWriter(version: cniVersion).json(parts)
    self.init(cniVersion: cniVersion, parts: parts, raw: raw)
  }

  /// Reads a result. One without `cniVersion` has `defaultVersion`, as libcni takes it to have the configuration's.
  ///
  /// Errors: no JSON object, an unknown version, a field of the wrong type, an address that is none.
  public init(_ json: JSON, defaultVersion: String) throws(CNIError) {
    guard var object = json.isNull ? [:] : json.object else {
      throw CNIError(.invalidResult, code: 6, "a result must be an object, found \(json.kind)")
    }
    var version = object.value(ignoringCase: "cniVersion")?.string ?? ""
    if version.isEmpty {
      version = defaultVersion.isEmpty ? "0.1.0" : defaultVersion
      object["cniVersion"] = .string(version)
    }
    let parts = try ResultReader(version: version).parts(object)
    self.init(cniVersion: version, parts: parts, raw: .object(object))
  }

  init(cniVersion: String, parts: Parts, raw: JSON) {
    self.cniVersion = cniVersion
    interfaces = parts.interfaces
    ips = parts.ips
    routes = parts.routes
    dns = parts.dns
    self.raw = raw
  }

  /// The interface that an address belongs to; nil when it names none or an index that does not exist.
  public func interface(of ip: IPConfiguration) -> Interface? {
    guard let index = ip.interface, interfaces.indices.contains(index) else { return nil }
    return interfaces[index]
  }

  struct Parts {
    var interfaces: [Interface] = []
    var ips: [IPConfiguration] = []
    var routes: [Route] = []
    var dns = DNS()
  }
}

extension CNIResult {
  /// A network interface. What a version does not know is nil.
  public struct Interface: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The hardware address.
    public var mac: String?
    /// The MTU (1.1.0).
    public var mtu: Int?
    /// The path of the network namespace; nil for an interface of the host.
    public var sandbox: String?
    /// A socket that stands for the interface (1.1.0).
    public var socketPath: String?
    /// The PCI device (1.1.0).
    public var pciID: String?

    /// An interface.
    public init(
      name: String, mac: String? = nil, mtu: Int? = nil, sandbox: String? = nil, socketPath: String? = nil,
      pciID: String? = nil
    ) {
      self.name = name
      self.mac = mac
      self.mtu = mtu
      self.sandbox = sandbox
      self.socketPath = socketPath
      self.pciID = pciID
    }
  }

  /// An address.
  public struct IPConfiguration: Sendable, Hashable {
    /// The address and its prefix length.
    public var address: IPPrefix
    /// The default gateway of its subnet.
    public var gateway: String?
    /// An index into `interfaces`, as the plugin gave it: it may be out of range.
    public var interface: Int?

    /// An address.
    public init(address: IPPrefix, gateway: String? = nil, interface: Int? = nil) {
      self.address = address
      self.gateway = gateway
      self.interface = interface
    }
  }

  /// A route.
  public struct Route: Sendable, Hashable {
    /// The destination.
    public var destination: IPPrefix
    /// The next hop; nil means the gateway of the subnet.
    public var gateway: String?
    /// The path MTU (1.1.0).
    public var mtu: Int?
    /// The MSS to advertise (1.1.0).
    public var advertisedMSS: Int?
    /// The priority, lower is better (1.1.0).
    public var priority: Int?
    /// The routing table (1.1.0).
    public var table: Int?
    /// The scope (1.1.0).
    public var scope: Int?

    /// A route.
    public init(
      destination: IPPrefix, gateway: String? = nil, mtu: Int? = nil, advertisedMSS: Int? = nil, priority: Int? = nil,
      table: Int? = nil, scope: Int? = nil
    ) {
      self.destination = destination
      self.gateway = gateway
      self.mtu = mtu
      self.advertisedMSS = advertisedMSS
      self.priority = priority
      self.table = table
      self.scope = scope
    }
  }

  /// DNS settings.
  public struct DNS: Sendable, Hashable {
    /// Name servers in order of priority.
    public var nameservers: [String]
    /// The local domain.
    public var domain: String?
    /// Search domains.
    public var search: [String]
    /// Resolver options.
    public var options: [String]

    /// DNS settings.
    public init(nameservers: [String] = [], domain: String? = nil, search: [String] = [], options: [String] = []) {
      self.nameservers = nameservers
      self.domain = domain
      self.search = search
      self.options = options
    }

    /// Whether nothing is set.
    public var isEmpty: Bool {
      nameservers.isEmpty && (domain ?? "").isEmpty && search.isEmpty && options.isEmpty
    }
  }
}
