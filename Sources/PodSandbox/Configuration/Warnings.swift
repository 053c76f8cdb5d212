/// What was asked for and is not done, gathered while a run looks at its request.
///
/// Bounded, because each one becomes a header field of an answer and a part of the record, and requests can name things by
/// the thousand: at most ``maximumCount`` texts of at most ``maximumBytes`` bytes each, control characters made visible.
struct Warnings: Sendable, Hashable {
  /// The most texts; when there are more, the last says how many.
  static let maximumCount = 16
  /// The most bytes of one text.
  static let maximumBytes = 512

  private var kept: [String] = []
  private var total = 0

  /// The texts, in the order in which they were added.
  var texts: [String] {
    guard total > Self.maximumCount else { return kept }
    return kept.dropLast() + ["\(total - Self.maximumCount + 1) more warnings are left out"]
  }

  /// Adds one; a text that is there already is not repeated.
  mutating func add(_ text: String) {
    let text = Self.bounded(text)
    guard !kept.contains(text) else { return }
    if kept.count < Self.maximumCount { kept.append(text) }
    total += 1
  }

  /// Adds several.
  mutating func add(_ texts: some Sequence<String>) { for text in texts { add(text) } }

  /// At most ``maximumBytes`` bytes, in one line.
  private static func bounded(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var bytes = 0
    let room = maximumBytes - "…".utf8.count
    for scalar in text.unicodeScalars {
      let visible: Unicode.Scalar = scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar
      bytes += UTF8.width(visible)
      guard bytes <= room else { return String(result) + "…" }
      result.append(visible)
    }
    return String(result)
  }
}
