/// This release of Berth: the one place that says it. Modules that may not import each other have this file by a link.
enum Release {
  static let version = "0.2.0"
}
