import RuntimeAPI

/// A trace as a picture: one line for each step and plugin call, its start, its time and a bar where it lay.
struct Waterfall {
  private struct Row {
    var label: String
    var start: Int64
    var duration: Int64
    var outcome: String
    var isUndo: Bool
    var notes: [String] = []
  }

  private let trace: Berth.Trace
  private let columns: Int
  private let hasUnicode: Bool

  init(_ trace: Berth.Trace, columns: Int, hasUnicode: Bool) {
    self.trace = trace
    self.columns = columns
    self.hasUnicode = hasUnicode
  }

  var text: String {
    let rows = trace.steps.flatMap(rows(of:))
    let labelWidth = max(4, rows.map(\.label.count).max() ?? 0)
    let outcomeWidth = rows.map(\.outcome.count).max() ?? 0
    let barWidth = min(60, max(10, columns - labelWidth - outcomeWidth - 26))
    var lines = head
    if !rows.isEmpty {
      lines.append("\(padded("STEP", labelWidth))     START      TIME")
    }
    for row in rows {
      let times = "\(leading(row.start)) \(leading(row.duration))"
      lines.append("\(padded(row.label, labelWidth)) \(times)  |\(bar(row, barWidth))| \(row.outcome)")
      lines += row.notes.map { "    \($0)" }
    }
    return lines.map { trimmed($0) + "\n" }.joined()
  }

  private var head: [String] {
    let time = HumanDuration.precise(trace.durationNanoseconds)
    let words = trace.outcome == "ok" ? "took \(time)" : "\(trace.outcome) after \(time)"
    let date = Timestamp(nanoseconds: trace.startedAt).human
    let line = "\(trace.operation)  \(trace.podSandboxId)  \(date)  \(words)".sanitised
    return trace.error.isEmpty ? [line] : [line, "    \(trace.error.sanitised)"]
  }

  private func rows(of step: Berth.TraceStep) -> [Row] {
    let isUndo = step.action == "undo"
    var own = Row(
      label: ((isUndo ? "undo " : "") + step.step).sanitised, start: step.startNanoseconds,
      duration: step.durationNanoseconds, outcome: step.outcome.sanitised, isUndo: isUndo)
    if !step.error.isEmpty { own.notes = [step.error.sanitised] }
    own.notes += step.notes.map(\.sanitised)
    return [own] + step.pluginCalls.map { row(of: $0, isUndo: isUndo) }
  }

  private func row(of call: Berth.PluginCall, isUndo: Bool) -> Row {
    var row = Row(
      label: "  \(call.plugin) \(call.verb) \(call.network) \(call.interface)\(call.native ? " native" : "")".sanitised,
      start: call.startNanoseconds,
      duration: call.durationNanoseconds, outcome: call.outcome.sanitised, isUndo: isUndo)
    if call.exitStatus != 0 { row.outcome += " (exit status \(call.exitStatus))" }
    if let error = call.error {
      let details = error.details.isEmpty ? "" : "; \(error.details)"
      row.notes.append("error \(error.code): \(error.msg)\(details)".sanitised)
    }
    row.notes += call.stderr.split(separator: "\n").map { "stderr: \(String($0).sanitised)" }
    return row
  }

  private func bar(_ row: Row, _ width: Int) -> String {
    let end = trace.steps.map { $0.startNanoseconds + $0.durationNanoseconds }.max() ?? 0
    let whole = Double(max(trace.durationNanoseconds, end, 1))
    let first = min(width - 1, max(0, Int(Double(row.start) / whole * Double(width))))
    let last = min(width, max(first + 1, Int((Double(row.start + row.duration) / whole * Double(width)).rounded())))
    let mark = hasUnicode ? (row.isUndo ? "░" : "█") : (row.isUndo ? "-" : "#")
    let skipped = row.outcome == "skipped"
    return String(repeating: " ", count: first) + String(repeating: skipped ? "." : mark, count: last - first)
      + String(repeating: " ", count: width - last)
  }

  private func leading(_ nanoseconds: Int64) -> String {
    let text = HumanDuration.precise(nanoseconds)
    return String(repeating: " ", count: max(0, 9 - text.count)) + text
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func trimmed(_ line: String) -> String { String(line.reversed().drop { $0 == " " }.reversed()) }
}
