extension Catalogue {
  /// The cases of this level.
  static let traffic: [Case] = reach + sources + packets + replacing + hostPorts + hostPortLimits + hostPortChanges
}

extension Case {
  /// A case of traffic: on a network as a whole, since a plugin behind others carries nothing by itself.
  static func traffic(
    _ name: String, _ weight: Weight, _ expectation: String, basis: String,
    _ body: @escaping @Sendable (Trial) throws -> Void
  ) -> Case {
    Case(.traffic, name, weight, expectation, basis: basis, on: .networks, body)
  }
}
