import ArgumentParser

/// A length of time: 500ms, 10s, 1m30s.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible, Sendable {
  let duration: Duration
  private static let units: [(name: String, milliseconds: Double)] = [("ms", 1), ("s", 1e3), ("m", 6e4), ("h", 3.6e6)]

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    var (milliseconds, rest) = (0.0, argument[...])
    repeat {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      let unit = rest.dropFirst(digits.count).prefix { $0.isLetter }
      guard let number = Double(digits), let found = Self.units.first(where: { $0.name == unit }) else { return nil }
      milliseconds += number * found.milliseconds
      rest = rest.dropFirst(digits.count + unit.count)
    } while !rest.isEmpty
    guard milliseconds > 0, milliseconds < 1e9 else { return nil }
    duration = .microseconds(Int64(milliseconds * 1000))
  }

  var description: String { "\(duration / .seconds(1))s" }
}
