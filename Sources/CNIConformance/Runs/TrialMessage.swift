import JSON

/// What a trial's process tells the one that waits for it: a line each.
enum TrialMessage: Sendable, Hashable {
  /// A call is over.
  case call(CallEvidence)
  /// The case is over; the report has no calls, they were told before.
  case over(CaseReport)
  /// The trial could not begin; why.
  case broken(String)
  /// What the plugins say of themselves.
  case other(JSON)

  /// As a line.
  var line: [UInt8] {
    let json: JSON =
      switch self {
      case .call(let evidence): .object(["call": evidence.json])
      case .over(let report): .object(["over": report.json])
      case .broken(let why): .object(["broken": .string(why)])
      case .other(let json): .object(["other": json])
      }
    return json.serialized() + [UInt8(ascii: "\n")]
  }

  /// Reads a line without its end; nil where it is none of these.
  init?(_ line: some Collection<UInt8>) {
    guard let json = try? JSON(parsing: Array(line)) else { return nil }
    if let call = json["call"].flatMap({ CallEvidence($0) }) {
      self = .call(call)
    } else if let report = json["over"].flatMap({ CaseReport($0) }) {
      self = .over(report)
    } else if let why = json["broken"]?.string {
      self = .broken(why)
    } else if let other = json["other"] {
      self = .other(other)
    } else {
      return nil
    }
  }

  /// The lines of a stream, as its bytes come.
  struct Lines {
    private var rest: [UInt8] = []

    /// Takes bytes; the messages that they complete. What is no message is left out.
    mutating func add(_ bytes: some Collection<UInt8>) -> [TrialMessage] {
      var messages: [TrialMessage] = []
      rest += bytes
      guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
      for line in rest[..<end].split(separator: UInt8(ascii: "\n")) {
        if let message = TrialMessage(line) { messages.append(message) }
      }
      rest.removeSubrange(...end)
      return messages
    }
  }
}
