import LinuxKernel

/// Who has which port of the host.
///
/// A value: its owner guards it. A look-up costs the same however many pods there are. One id's claims are added at once and
/// removed at once; claims that clash may stand beside each other (records of an earlier daemon can hold such), and a port
/// is free when the last of them has gone.
struct HostPortClaims: Sendable {
  /// A mapping that cannot be had.
  struct Conflict: Sendable, Hashable {
    /// What was asked for.
    let port: HostPort
    /// What the holder has.
    let held: HostPort
    /// Who has it.
    let holderID: String
  }

  /// The holders of one protocol and port, by address.
  private struct Holders {
    private var everywhere: Set<String> = []
    private var families: [IPAddress.Family: [IPAddress: Set<String>]] = [:]

    var isEmpty: Bool { everywhere.isEmpty && families.isEmpty }

    mutating func insert(_ id: String, _ address: IPAddress?) {
      guard let address else {
        everywhere.insert(id)
        return
      }
      families[address.family, default: [:]][address, default: []].insert(id)
    }

    mutating func remove(_ id: String, _ address: IPAddress?) {
      guard let address else {
        everywhere.remove(id)
        return
      }
      var addresses = families[address.family] ?? [:]
      addresses[address]?.remove(id)
      if addresses[address]?.isEmpty == true { addresses[address] = nil }
      families[address.family] = addresses.isEmpty ? nil : addresses
    }

    /// Somebody else whose claim clashes with one on `address`.
    func other(than id: String?, on address: IPAddress?) -> (address: IPAddress?, id: String)? {
      if let holder = everywhere.first(where: { $0 != id }) { return (nil, holder) }
      guard let address else { return families.values.lazy.compactMap { Self.first(of: $0, than: id) }.first }
      guard let addresses = families[address.family] else { return nil }
      if address.isUnspecified { return Self.first(of: addresses, than: id) }
      for candidate in [address, address.wildcard] {
        if let holder = addresses[candidate]?.first(where: { $0 != id }) { return (candidate, holder) }
      }
      return nil
    }

    private static func first(
      of addresses: [IPAddress: Set<String>], than id: String?
    ) -> (address: IPAddress?, id: String)? {
      for (address, holders) in addresses {
        if let holder = holders.first(where: { $0 != id }) { return (address, holder) }
      }
      return nil
    }
  }

  private var holders: [HostPort.Key: Holders] = [:]
  private var claims: [String: [HostPort]] = [:]

  /// Nobody has anything.
  init() {}

  /// The first of `ports` that somebody else has; `nil` when all can be had.
  ///
  /// - Parameter id: whose own claims do not count.
  func conflict(for ports: [HostPort], excluding id: String? = nil) -> Conflict? {
    for port in ports {
      guard let (address, holder) = holders[port.key]?.other(than: id, on: port.address) else { continue }
      return Conflict(port: port, held: HostPort(key: port.key, address: address), holderID: holder)
    }
    return nil
  }

  /// Gives the ports to `id`, whoever else has them; what it had before is no longer its.
  mutating func add(_ ports: [HostPort], to id: String) {
    remove(id)
    guard !ports.isEmpty else { return }
    claims[id] = ports
    for port in ports { holders[port.key, default: Holders()].insert(id, port.address) }
  }

  /// Whatever `id` had is free. Idempotent.
  mutating func remove(_ id: String) {
    for port in claims.removeValue(forKey: id) ?? [] {
      holders[port.key]?.remove(id, port.address)
      if holders[port.key]?.isEmpty == true { holders[port.key] = nil }
    }
  }

  /// What `id` has.
  subscript(id: String) -> [HostPort] { claims[id] ?? [] }

  /// Whether nobody has anything.
  var isEmpty: Bool { claims.isEmpty && holders.isEmpty }
}

extension IPAddress {
  /// The address of the same family that stands for all of them.
  fileprivate var wildcard: IPAddress { IPAddress(bytes: [UInt8](repeating: 0, count: family.bitCount / 8)) ?? self }
}
