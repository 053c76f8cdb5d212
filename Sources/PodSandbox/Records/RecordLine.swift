import FoundationEssentials

/// One event of a sandbox's journal: a line of JSON.
struct RecordLine: Sendable, Hashable, Codable {
  /// What happened.
  enum Event: String, Sendable, Codable { case intent, outcome, stopping, stopped, owed }

  let event: Event
  /// When, in nanoseconds since the epoch.
  let at: Int64
  /// With `intent`.
  var intent: SandboxRecord.Intent?
  /// With `outcome`.
  var outcome: SandboxRecord.Outcome?

  init(
    _ event: Event, at: Int64 = .nowSinceEpoch, intent: SandboxRecord.Intent? = nil,
    outcome: SandboxRecord.Outcome? = nil
  ) {
    self.event = event
    self.at = at
    self.intent = intent
    self.outcome = outcome
  }

  /// The line with its newline.
  ///
  /// - Throws: When it is longer than a reader takes: what cannot be read again is never written.
  func bytes() throws(RecordFault) -> [UInt8] {
    let bytes = Self.line(self)
    guard bytes.count <= RecordFormat.maximumLine else {
      throw RecordFault(
        "its \(event.rawValue) takes \(bytes.count) bytes, a record's line at most \(RecordFormat.maximumLine)")
    }
    return bytes
  }

  /// A value as one line.
  static func line(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(value)) + [RecordFormat.newline]
    } catch {
      // Every property is a plain value; encoding one fails only when the program is wrong.
      preconditionFailure("a record's line cannot be encoded: \(error)")
    }
  }
}
