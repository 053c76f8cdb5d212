import CNI

/// DNS settings as a configuration has them.
struct ConfiguredDNS: Decodable, Sendable {
  let nameservers: [String]?
  let domain: String?
  let search: [String]?
  let options: [String]?
}

extension CNIResult.DNS {
  /// What a configuration says; nothing where it says nothing.
  init(_ given: ConfiguredDNS?) {
    self.init(
      nameservers: given?.nameservers ?? [], domain: given?.domain, search: given?.search ?? [],
      options: given?.options ?? [])
  }
}
