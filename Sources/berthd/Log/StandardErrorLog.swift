import Glibc
import Logging
import PodSandbox
import Synchronization

/// swift-log's handler that writes one line an entry to stderr, in one `write`.
struct StandardErrorLog: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  private let label: String
  private let format: LogFormat
  private let destination: LogDestination

  init(label: String, level: Logger.Level, format: LogFormat, destination: LogDestination) {
    self.label = label
    self.logLevel = level
    self.format = format
    self.destination = destination
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
    let entry = LogEntry(
      time: .nowSinceEpoch, level: event.level, label: label, message: "\(event.message)", fields: fields,
      error: event.error.map { "\($0)" })
    destination.write(entry.line(format, forJournal: destination.isJournal))
  }
}

/// Where log lines go.
struct LogDestination: Sendable {
  /// Whether the journal reads what is written: it wants a priority in front, and has a clock of its own.
  let isJournal: Bool
  /// Writes one line, without its end.
  let write: @Sendable (String) -> Void

  /// The process's stderr.
  static let standardError = LogDestination(isJournal: isStderrJournal) { writer.write($0) }

  /// What writes to the process's stderr.
  static let writer = LogWriter(STDERR_FILENO, drops: drops(.text))

  /// The line that tells of dropped ones.
  static func drops(_ format: LogFormat) -> @Sendable (Int) -> String {
    { count in
      let entry = LogEntry(
        time: .nowSinceEpoch, level: .warning, label: "berthd",
        message: "lines of this log were dropped, because it was not read",
        fields: ["dropped": .stringConvertible(count)])
      return entry.line(format, forJournal: isStderrJournal)
    }
  }

  /// Tells why the daemon does not start, or does not go on, and waits until that is written, for a second at most.
  static func tellEnd(_ reason: String) {
    let reason = reason.escapingControls
    // The journal knows who writes, and asks how grave it is.
    writer.write(isStderrJournal ? "<3>\(reason)" : "berthd: \(reason)")
    writer.flush(within: .seconds(1))
  }

  private static let isStderrJournal = stderrIsJournal()

  /// Whether systemd's `JOURNAL_STREAM` names the file behind stderr, as systemd.exec(5) asks to check.
  private static func stderrIsJournal() -> Bool {
    guard let stream = getenv("JOURNAL_STREAM") else { return false }
    var status = stat()
    guard fstat(STDERR_FILENO, &status) == 0 else { return false }
    return String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
  }
}
