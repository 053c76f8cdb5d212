import JSON

extension PodSandboxConfiguration {
  /// Refuses what cannot be done, before anything has an effect. For a record's configuration see ``validateRecorded()``.
  ///
  /// - Throws: `invalidArgument` naming the field in CRI's JSON spelling; `failedPrecondition` where the pod maps one port of
  ///   the host twice.
  func validate(on host: HostFeatures = .discover()) throws(SandboxError) {
    try validateBounds()
    try metadata.validate()
    if !hostname.isEmpty, !Self.isHostname(hostname) {
      throw .field(
        "hostname", hostname,
        "is not a host name: up to 64 letters, digits, dots, dashes and underscores, the first no dot or dash")
    }
    if !logDirectory.isEmpty, !logDirectory.hasPrefix("/") {
      throw .field("logDirectory", logDirectory, "is not absolute")
    }
    try dnsConfig?.validate()
    for (index, mapping) in portMappings.enumerated() { try mapping.validate("portMappings[\(index)]") }
    try validateHostPorts()
    _ = try CapabilityArguments.make(self, cgroupPath: "")
    try linux.validate(on: host)
  }

  /// The kernel takes any 64 bytes; names are held to what `/etc/hosts` and resolvers understand, `_` among it, which DNS
  /// itself has in names (RFC 2181, 11).
  static func isHostname(_ name: String) -> Bool {
    name.utf8.count <= 64 && !name.hasPrefix("-") && !name.hasPrefix(".")
      && name.utf8.allSatisfy { $0.isAlphanumeric || "-._".utf8.contains($0) }
  }
}

extension PodSandboxConfiguration.Metadata {
  /// Refuses what must not enter paths and `CNI_ARGS`.
  func validate() throws(SandboxError) {
    if name.isEmpty { throw SandboxError(.invalidArgument, "config.metadata.name is required") }
    for (field, value) in [("name", name), ("namespace", namespace), ("uid", uid)] where !value.isEmpty {
      guard Self.isName(value) else {
        throw .field(
          "metadata.\(field)", value,
          "must begin with a letter or digit and go on with letters, digits, '.', '_' or '-', 253 at most")
      }
    }
  }

  /// They enter paths and `CNI_ARGS`.
  private static func isName(_ text: String) -> Bool {
    text.utf8.count <= 253 && text.utf8.first.map(\.isAlphanumeric) == true
      && text.utf8.allSatisfy { $0.isAlphanumeric || ".-_".utf8.contains($0) }
  }
}

extension PodSandboxConfiguration.DNSConfiguration {
  /// An entry with white space would become two, or a line of its own.
  fileprivate func validate() throws(SandboxError) {
    for (field, values) in [("servers", servers), ("searches", searches), ("options", options)] {
      for (index, value) in values.enumerated()
      where value.isEmpty || value.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) {
        throw .field("dnsConfig.\(field)[\(index)]", value, "is empty or has white space in it")
      }
    }
  }
}

extension PodSandboxConfiguration.PortMapping {
  fileprivate func validate(_ path: String) throws(SandboxError) {
    guard (1...65535).contains(containerPort) else {
      throw .field("\(path).containerPort", "\(containerPort)", "is not a port, 1 to 65535")
    }
    guard (0...65535).contains(hostPort) else {
      throw .field("\(path).hostPort", "\(hostPort)", "is not a port, 1 to 65535, nor 0 for no mapping")
    }
    guard hostIP.isEmpty || HostPort.address(hostIP) != nil else {
      throw .field("\(path).hostIp", hostIP, "is not an IP address, as 127.0.0.1 and ::1 are; leave it out for all")
    }
  }
}

extension SandboxError {
  /// A field of the request that cannot be used.
  static func field(_ path: String, _ value: String, _ problem: String) -> SandboxError {
    SandboxError(.invalidArgument, "config.\(path): \"\(value.beginning(256))\" \(problem)")
  }
}

extension UInt8 {
  var isAlphanumeric: Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
  }
}
