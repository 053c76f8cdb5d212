import JSON
import LinuxKernel

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
  /// name does not count: only one with a sandbox is the container's, unless the result names no sandbox at all.
  public func addresses(
    of interfaceName: String, preference: AddressPreference = .ipv4
  ) -> [IPConfiguration] {
    let own = ips.filter { ip in
      guard let interface = interface(of: ip) else { return true }
      return interface.name == interfaceName && (interface.sandbox != nil || !namesSandboxes)
    }
    let family: IPAddress.Family
    switch preference {
    case .cni: return own
    case .ipv4: family = .v4
    case .ipv6: family = .v6
    }
    guard let first = own.firstIndex(where: { $0.address.address.familyToPlugins == family }) else { return own }
    return [own[first]] + own[..<first] + own[(first + 1)...]
  }

  /// Some plugins leave `sandbox` out everywhere.
  private var namesSandboxes: Bool { interfaces.contains { $0.sandbox != nil } }

  /// Why `addresses(of:)` gives none, in words: what the result says of its addresses.
  public func absence(ofAddressesOn interfaceName: String) -> String {
    guard !ips.isEmpty else { return "the result has no addresses (`ips` is missing or empty)" }
    var owners: [String] = []
    for interface in ips.compactMap({ interface(of: $0) }) {
      let place = interface.sandbox.map { "is in sandbox \($0)" } ?? "has no sandbox"
      let owner = "\(interface.name.isEmpty ? "an interface without a name" : interface.name), which \(place)"
      if !owners.contains(owner) { owners.append(owner) }
    }
    return "the addresses belong to \(owners.joined(separator: ", and to ")); none to \(interfaceName)".cut(
      toBytes: 1 << 10)
  }
}
