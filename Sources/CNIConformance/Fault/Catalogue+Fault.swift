extension Catalogue {
  /// The cases of this level.
  static let fault: [Case] = []
}
