import RuntimeAPI

/// A failed operation for people: the error, the sandbox, what was cleaned up, what is left and where to look.
enum FailureReport {
  static func lines(_ error: ConnectError) -> [String] {
    var lines = [error.message.isEmpty ? error.code.rawValue : error.message]
    // Of a sandbox that does not exist there is nothing more to see.
    guard error.code != .notFound, let report = error.undoReport else { return lines }
    if !report.podSandboxId.isEmpty { lines.append("sandbox \(report.podSandboxId)") }
    let width = report.undo.map(\.step.count).max() ?? 0
    lines += report.undo.map { line($0, width: width) }
    if report.undo.contains(where: { $0.outcome != "ok" }) {
      lines.append("what is left goes with: berthctl rmp \(report.podSandboxId)")
    }
    if !report.podSandboxId.isEmpty { lines.append("how it came to this: berthctl trace \(report.podSandboxId)") }
    return lines
  }

  private static func line(_ step: UndoReport.Step, width: Int) -> String {
    let name = step.step + String(repeating: " ", count: width - step.step.count)
    let time = HumanDuration.precise(Int64(step.milliseconds * 1e6))
    let reason = step.error.isEmpty ? "" : ": \(step.error)"
    return switch step.outcome {
    case "ok": "  cleaned  \(name)  \(time)"
    case "skipped": "  left     \(name)  not tried\(reason)"
    default: "  left     \(name)  failed after \(time)\(reason)"
    }
  }
}
