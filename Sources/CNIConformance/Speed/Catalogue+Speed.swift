import CNI

extension Catalogue {
  /// The cases of this level.
  static let speed: [Case] = attaching + asking + expense
}

extension Case {
  /// A case of speed: on a network as a whole, as a runtime pays for it.
  static func speed(
    _ name: String, _ expectation: String, basis: String, _ body: @escaping @Sendable (Trial) throws -> Void
  ) -> Case {
    Case(.speed, name, .quality, expectation, basis: basis, on: .networks, body)
  }
}
