extension Catalogue {
  /// The cases of this level.
  static let traffic: [Case] = []
}
