import Glibc
import Logging
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
      time: LogEntry.now(), level: event.level, label: label, message: "\(event.message)", fields: fields,
      error: event.error.map { "\($0)" })
    switch format {
    case .text: destination.write(entry.text(forJournal: destination.isJournal))
    case .json: destination.write(entry.json)
    }
  }
}

/// Where log lines go.
struct LogDestination: Sendable {
  /// Whether the journal reads what is written: it wants a priority in front, and has a clock of its own.
  let isJournal: Bool
  /// Writes one line, without its end.
  let write: @Sendable (String) -> Void

  /// The process's stderr.
  static let standardError = LogDestination(isJournal: stderrIsJournal()) { line in
    var bytes = Array(line.utf8)
    bytes.append(UInt8(ascii: "\n"))
    lock.withLock { _ in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        // A log that cannot be written must not end the daemon, nor can it be told anywhere.
        if count < 0 && errno != EINTR { return }
        if count > 0 { rest = rest.dropFirst(count) }
      }
    }
  }

  private static let lock = Mutex(())

  /// Whether systemd's `JOURNAL_STREAM` names the file behind stderr, as systemd.exec(5) asks to check.
  private static func stderrIsJournal() -> Bool {
    guard let stream = getenv("JOURNAL_STREAM") else { return false }
    var status = stat()
    guard fstat(STDERR_FILENO, &status) == 0 else { return false }
    return String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
  }
}
