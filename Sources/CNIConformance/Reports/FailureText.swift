import JSON

/// A trial that failed, in full, as lines of text: what is expected, what was seen, and each call with the line that repeats it.
struct FailureText {
  /// Of a trial with more calls than this, the first few and the last ones are shown.
  private static let mostCalls = 16

  let report: CaseReport

  /// The lines; control characters are escaped.
  var lines: [String] { (head + calls).map { $0.replacingControls(by: \.escaped) } }

  /// What is expected, why, and what was seen.
  var head: [String] {
    var lines = ["expected: \(report.expectation)", "by: \(report.basis) (\(report.weight.rawValue.uppercased()))"]
    if case .failed(let violations) = report.verdict {
      lines += Self.block("seen: ", violations.joined(separator: "\n"))
    }
    return lines + ["network: \(report.network), version \(report.version)"]
  }

  private var calls: [String] {
    let all = report.calls.enumerated().map { (number: $0.offset + 1, call: $0.element) }
    guard all.count > Self.mostCalls else { return all.flatMap { Self.lines($0.number, $0.call) } }
    let (first, last) = (all.prefix(4), all.suffix(Self.mostCalls - 4))
    return first.flatMap { Self.lines($0.number, $0.call) }
      + ["… \(all.count - Self.mostCalls) calls more, which are in a report of JSON lines …"]
      + last.flatMap { Self.lines($0.number, $0.call) }
  }

  private static func lines(_ number: Int, _ call: CallEvidence) -> [String] {
    let verb = call["CNI_COMMAND"] ?? "without a verb"
    let variables = call.environment.map { "\($0.name)=\($0.value)".replacingControls(by: \.escaped) }
    return ["call \(number): \(call.plugin) \(verb), \(call.outcome), \(decimal(call.milliseconds)) ms"]
      + (["executable: \(call.executable)"] + block("environment: ", variables.joined(separator: "\n"))
      + block("stdin: ", call.standardInput) + block("stdout: ", call.standardOutput)
      + block("stderr: ", call.standardError) + ["again: \(call.shellLine)"]).map { "  " + $0 }
  }

  /// A text of several lines, those after the first below its beginning.
  private static func block(_ label: String, _ text: String) -> [String] {
    guard !text.isEmpty else { return [label + "(empty)"] }
    // By scalars: a carriage return makes one character with the line's end behind it.
    var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    if lines.last == "" { lines.removeLast() }
    let margin = String(repeating: " ", count: label.count)
    return lines.enumerated().map { ($0.offset == 0 ? label : margin) + $0.element }
  }
}
