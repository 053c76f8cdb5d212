import Glibc
import Logging

/// One entry of the log.
struct LogEntry {
  /// When, in nanoseconds since the epoch.
  let time: Int64
  let level: Logger.Level
  let label: String
  let message: String
  let fields: Logger.Metadata
  var error: String?

  /// RFC 3339 in UTC with microseconds.
  var timestamp: String {
    var seconds = Int(time / 1_000_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = "\(parts.tm_year + 1900)-\(pad(parts.tm_mon + 1))-\(pad(parts.tm_mday))"
    let clock = "\(pad(parts.tm_hour)):\(pad(parts.tm_min)):\(pad(parts.tm_sec))"
    return "\(date)T\(clock).\(pad(Int32(time % 1_000_000_000 / 1000), width: 6))Z"
  }

  private func pad(_ number: Int32, width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension LogEntry {
  /// The entry as one line.
  func line(_ format: LogFormat, forJournal: Bool) -> String {
    switch format {
    case .text: text(forJournal: forJournal)
    case .json: json
    }
  }

  /// `time level message key=value …`; for the journal `<priority>message key=value …`.
  ///
  /// Values are quoted where they are not plain, control characters escaped: an entry is always one line, and nothing a
  /// client sends can forge another or steer a terminal.
  func text(forJournal: Bool) -> String {
    var line = forJournal ? "<\(priority)>" : "\(timestamp) \(paddedLevel) "
    line += message.escapingControls
    for (key, value) in sortedFields { line += " \(key.escapingControls)=\(value.textValue)" }
    if let error { line += " error=\(Logger.MetadataValue.string(error).textValue)" }
    return line
  }

  /// A JSON object: `time`, `level`, `logger`, `message`, and the fields by their names.
  var json: String {
    var line = "{\"time\":\"\(timestamp)\",\"level\":\"\(level)\",\"logger\":\(label.jsonLiteral)"
    line += ",\"message\":\(message.jsonLiteral)"
    for (key, value) in sortedFields { line += ",\(key.jsonLiteral):\(value.jsonValue)" }
    if let error { line += ",\"error\":\(error.jsonLiteral)" }
    return line + "}"
  }

  private var sortedFields: [(key: String, value: Logger.MetadataValue)] { fields.sorted { $0.key < $1.key } }

  private var paddedLevel: String {
    let name = level.rawValue
    return name + String(repeating: " ", count: max(0, 8 - name.count))
  }

  /// syslog's priority, as sd-daemon(3) wants it before a line.
  private var priority: Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
