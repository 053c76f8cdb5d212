import ArgumentParser

/// A length of time as Go writes it (`1m30s`, `500ms`, `1.5h`), or in plain seconds.
struct TimeSpan: ExpressibleByArgument, Sendable, Hashable {
  let duration: Duration

  private static let units: [(name: String, seconds: Double)] = [
    ("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600),
  ]

  init?(argument: String) {
    var seconds = 0.0
    var rest = Substring(argument)
    repeat {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      guard let number = Double(digits) else { return nil }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { !$0.isNumber && $0 != "." }
      rest = rest.dropFirst(name.count)
      if name.isEmpty && digits.count == argument.count {
        seconds = number
      } else if let unit = Self.units.first(where: { $0.name == name }) {
        seconds += number * unit.seconds
      } else {
        return nil
      }
    } while !rest.isEmpty
    guard seconds < 1e9 else { return nil }
    duration = .nanoseconds(Int64(seconds * 1e9))
  }
}
