/// Which of a container's addresses is its first.
public enum AddressPreference: String, Sendable, Hashable, Codable, CaseIterable {
  /// The first IPv4 address, then the rest in order.
  case ipv4
  /// The first IPv6 address, then the rest in order.
  case ipv6
  /// As the plugins returned them.
  case cni
}

extension CNIResult {
  /// The addresses of the container's interface, the preferred one first.
  ///
  /// An address that names no interface, or one that does not exist, belongs to it. An interface of the host with the same
  /// name does not count: only one with a sandbox is the container's.
  public func addresses(
    of interfaceName: String, preference: AddressPreference = .ipv4
  ) -> [IPConfiguration] {
    let own = ips.filter { ip in
      guard let interface = interface(of: ip) else { return true }
      return interface.name == interfaceName && interface.sandbox != nil
    }
    let family: IPPrefix.Family
    switch preference {
    case .cni: return own
    case .ipv4: family = .v4
    case .ipv6: family = .v6
    }
    guard let first = own.firstIndex(where: { $0.address.family == family }) else { return own }
    return [own[first]] + own[..<first] + own[(first + 1)...]
  }
}
