public import JSON

/// A length of time as people write it: `500ms`, `30s`, `2m`, `1h`, or a number of seconds.
extension Duration: JSONScalar {
  /// No time.
  public static var absent: Duration { .zero }

  /// What is expected, for an error message.
  public static var expectation: String {
    "a length of time above zero, such as \"500ms\", \"30s\", \"2m\" or a number of seconds"
  }

  /// Reads a length of time; nil when it is none, nothing, or longer than thirty years.
  public init?(json value: JSON, _ dialect: DocumentDecoder.Dialect) {
    let most = 1_000_000_000
    if let seconds = Double(json: value, .plain), seconds >= 1e-9, seconds <= Double(most) {
      self = .nanoseconds(Int64(seconds * 1e9))
      return
    }
    let units: [(String, Duration)] = [
      ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)),
    ]
    guard let text = value.string, let (suffix, unit) = units.first(where: { text.hasSuffix($0.0) }),
      let count = Int(text.dropLast(suffix.count)), (1...most).contains(count)
    else { return nil }
    self = unit * count
  }
}
