extension Assessment {
  /// In one word, as reports have it.
  public var word: String {
    switch self {
    case .passed: "passed"
    case .failed: "FAILED"
    case .warned: "warned"
    case .skipped: "skipped"
    case .failedAsExpected: "expected"
    case .passedUnexpectedly: "repaired"
    }
  }

  /// What else there is to say of it in a few words, on one line; empty where nothing is.
  func note(of report: CaseReport) -> String {
    words(of: report).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private func words(of report: CaseReport) -> String {
    switch self {
    case .passed, .failed, .warned: ""
    case .skipped:
      if case .skipped(let why) = report.verdict { why } else { "" }
    case .failedAsExpected(let expectation): expectation.reason
    case .passedUnexpectedly(let expectation): "though expected to fail: \(expectation.reason)"
    }
  }

  /// The terminal's colour for it; nil where it is nothing to look at.
  var colour: Int? {
    switch self {
    case .passed, .skipped: nil
    case .failed: 31
    case .warned, .failedAsExpected: 33
    case .passedUnexpectedly: 32
    }
  }
}

extension Summary {
  /// In one line.
  public var text: String {
    let counts: [(Int, String)] = [
      (failed.count, "failed"), (warned.count, "warned"), (failedAsExpected, "failed as expected"),
      (skipped, "skipped"),
    ]
    let parts = ["\(passed) passed"] + counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return "\(trials) trials: \(parts.joined(separator: ", ")), in \(decimal(elapsed / .seconds(1))) s"
  }
}
