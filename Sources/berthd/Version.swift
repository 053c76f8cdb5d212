/// What this program says about itself.
enum Version {
  /// The version of Berth.
  static let text = "0.1.0"
  /// The runtime's name in CRI's `Version`.
  static let name = "berth"
}
