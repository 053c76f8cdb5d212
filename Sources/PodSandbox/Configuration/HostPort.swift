import LinuxKernel

/// A port of the host that leads to a pod: what one mapping with a `hostPort` takes for itself.
struct HostPort: Sendable, Hashable {
  /// What two mappings must share to be able to clash.
  struct Key: Sendable, Hashable {
    /// The transport.
    let `protocol`: PodSandboxConfiguration.PortMapping.TransportProtocol
    /// 1 to 65535.
    let port: Int32
  }

  /// Protocol and port.
  let key: Key
  /// The host's address; `nil`: all of both families.
  let address: IPAddress?

  /// What the mapping takes; `nil` when it maps nothing (no host port), or its `hostIp` is no address.
  init?(_ mapping: PodSandboxConfiguration.PortMapping) {
    guard mapping.hostPort > 0 else { return nil }
    let address = mapping.hostIP.isEmpty ? nil : Self.address(mapping.hostIP)
    guard mapping.hostIP.isEmpty || address != nil else { return nil }
    self.init(key: Key(protocol: mapping.protocol, port: mapping.hostPort), address: address)
  }

  init(key: Key, address: IPAddress?) {
    self.key = key
    self.address = address
  }

  /// Whether both cannot be had at once: protocol and port are equal, and the addresses are equal, or one is absent, or the
  /// wildcard of the other's family.
  func clashes(with other: HostPort) -> Bool {
    guard key == other.key else { return false }
    guard let address, let theirs = other.address else { return true }
    return address == theirs || address.family == theirs.family && (address.isUnspecified || theirs.isUnspecified)
  }

  /// The address that a `hostIp` names; `nil` when it is none. An IPv4-mapped one is the IPv4 address, as portmap has it.
  static func address(_ text: String) -> IPAddress? { IPAddress(text)?.unmapped }
}

extension HostPort: CustomStringConvertible {
  /// As in `tcp 127.0.0.1:8080`.
  var description: String {
    guard let address else { return "\(key.protocol.rawValue) \(key.port)" }
    return "\(key.protocol.rawValue) " + (address.family == .v6 ? "[\(address)]" : "\(address)") + ":\(key.port)"
  }
}
