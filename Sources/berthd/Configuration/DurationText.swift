/// A length of time as people write it: `500ms`, `30s`, `2m`, `1h`, or a number of seconds.
struct DurationText: Decodable, Equatable, Sendable {
  /// The length.
  let duration: Duration

  /// `nil` when `text` is no length of time.
  init?(_ text: String) {
    let units: [(String, Duration)] = [
      ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)),
    ]
    guard let (suffix, unit) = units.first(where: { text.hasSuffix($0.0) }),
      let count = Int(text.dropLast(suffix.count)), (0...1_000_000_000).contains(count)
    else { return nil }
    duration = unit * count
  }

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    // It is a number or else a string, and refused below when it is neither.
    if let seconds = try? value.decode(Double.self), (0...1_000_000_000).contains(seconds) {
      duration = .nanoseconds(Int64(seconds * 1e9))
    } else if let text = try? value.decode(String.self), let parsed = DurationText(text) {
      self = parsed
    } else {
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "is not a length of time such as \"500ms\", \"30s\", \"2m\" or a number of seconds"
      )
    }
  }
}
