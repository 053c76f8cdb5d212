extension Catalogue {
  /// The cases of this level.
  static let fault: [Case] =
    faultKilled + faultStreams + faultStorage + faultCrowds + faultSameContainer + faultChains + faultMeddling
}
