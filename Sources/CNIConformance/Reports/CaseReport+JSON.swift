public import JSON

extension CaseReport {
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
    let verdict: Verdict
    switch word {
    case "passed": verdict = .passed
    case "failed": verdict = .failed(words)
    case "skipped": verdict = .skipped(words.first ?? "")
    default: return nil
    }
    self.init(
      id: id, level: level, weight: weight, expectation: expectation, basis: basis, subject: subject, network: network,
      version: version, verdict: verdict, milliseconds: milliseconds,
      calls: (json["calls"]?.array ?? []).compactMap { CallEvidence($0) },
      figures: (json["figures"]?.object ?? [:]).compactMap {
        guard case .number(let token) = $0.value, let value = Double(token) else { return nil }
        return Figure(name: $0.key, value: value)
      })
  }
}
