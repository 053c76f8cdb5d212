import RuntimeAPI

/// What this program says about itself.
enum Version {
  /// The version of Berth.
  static let text = Berth.version
  /// The runtime's name in CRI's `Version`.
  static let name = "berth"
}
