import CNI
public import JSON

/// What came of one case on one subject: a line of a report, and what a trial's process tells the one that waits for it.
public struct CaseReport: Sendable, Hashable {
  /// The case's id.
  public let id: String
  /// Its level.
  public let level: Level
  /// Its weight.
  public let weight: Weight
  /// What is expected.
  public let expectation: String
  /// What that stands on.
  public let basis: String
  /// The subject's name: a plugin's type, or the types of a chain.
  public let subject: String
  /// The network's name.
  public let network: String
  /// The version of the specification that the plugins were asked in.
  public let version: String
  /// What came of it.
  public let verdict: Verdict
  /// How long the trial took.
  public let milliseconds: Double
  /// The calls that were made, in their order.
  public let calls: [CallEvidence]
  /// What was measured.
  public let figures: [Figure]

  /// A report.
  public init(
    _ tried: Case, subject: Subject, verdict: Verdict, milliseconds: Double, calls: [CallEvidence], figures: [Figure]
  ) {
    id = tried.id
    level = tried.level
    weight = tried.weight
    expectation = tried.expectation
    basis = tried.basis
    self.subject = subject.name
    network = subject.list.name
    version = subject.version
    self.verdict = verdict
    self.milliseconds = milliseconds
    self.calls = calls
    self.figures = figures
  }

  /// As a line of a report.
  public var json: JSON {
    let (word, words): (String, [String]) =
      switch verdict {
      case .passed: ("passed", [])
      case .failed(let violations): ("failed", violations)
      case .skipped(let why): ("skipped", [why])
      }
    return .object([
      "case": .string(id), "subject": .string(subject), "network": .string(network), "version": .string(version),
      "level": .string(level.rawValue), "weight": .string(weight.rawValue), "expectation": .string(expectation),
      "basis": .string(basis), "verdict": .string(word), "words": .array(words.map { .string($0) }),
      "milliseconds": .number(decimal(milliseconds)),
      "figures": .object(JSONObject(figures.map { ($0.name, .number(decimal($0.value))) })),
      "calls": .array(calls.map(\.json)),
    ])
  }

  /// Reads it back; nil where it is none.
  public init?(_ json: JSON) {
    guard let id = json["case"]?.string, let level = json["level"]?.string.flatMap(Level.init),
      let weight = json["weight"]?.string.flatMap(Weight.init), let expectation = json["expectation"]?.string,
      let basis = json["basis"]?.string, let subject = json["subject"]?.string, let network = json["network"]?.string,
      let version = json["version"]?.string, let word = json["verdict"]?.string,
      let words = json["words"]?.array?.compactMap(\.string), case .number(let milliseconds)? = json["milliseconds"],
      let milliseconds = Double(milliseconds)
    else { return nil }
    switch word {
    case "passed": verdict = .passed
    case "failed": verdict = .failed(words)
    case "skipped": verdict = .skipped(words.first ?? "")
    default: return nil
    }
    self.id = id
    self.level = level
    self.weight = weight
    self.expectation = expectation
    self.basis = basis
    self.subject = subject
    self.network = network
    self.version = version
    self.milliseconds = milliseconds
    calls = (json["calls"]?.array ?? []).compactMap { CallEvidence($0) }
    figures = (json["figures"]?.object ?? [:]).compactMap {
      guard case .number(let token) = $0.value, let value = Double(token) else { return nil }
      return Figure(name: $0.key, value: value)
    }
  }
}
