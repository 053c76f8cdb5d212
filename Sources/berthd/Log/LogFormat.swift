import Logging

/// How a log entry is written.
enum LogFormat: String, DecodableName {
  /// One line for people: time, level, message, then `key=value`.
  case text
  /// One JSON object a line.
  case json
}

/// How much the log tells: swift-log's levels.
enum LogLevel: String, DecodableName {
  case trace, debug, info, notice, warning, error, critical

  /// The level as swift-log has it.
  var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}

/// One of a few names; any other is refused with the list of them.
protocol DecodableName: RawRepresentable<String>, Decodable, CaseIterable, Sendable {}

extension DecodableName {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let value = Self(rawValue: name) else {
      let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(name)\" is none of \(known)")
    }
    self = value
  }
}
