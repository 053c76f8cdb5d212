extension Catalogue {
  /// The cases of this level.
  static let leak: [Case] =
    leakKinds + leakNames + leakPods + leakFailedAdds + leakUnusualDels + leakMany
}
