import JSON
import Logging

/// How a log entry is written.
enum LogFormat: String, JSONName {
  /// One line for people: time, level, message, then `key=value`.
  case text
  /// One JSON object a line.
  case json
}

/// How much the log tells: swift-log's levels.
enum LogLevel: String, JSONName {
  case trace, debug, info, notice, warning, error, critical

  /// The level as swift-log has it.
  var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}
