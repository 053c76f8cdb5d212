import PodSandbox
import RuntimeAPI

extension Berth.Leftover {
  init(_ leftover: Leftover) {
    self.init(
      kind: leftover.kind.rawValue, podSandboxId: leftover.sandboxID, name: leftover.name, since: leftover.since,
      steps: leftover.steps.map(UndoReport.Step.init), reason: leftover.reason,
      attempts: UInt32(clamping: leftover.attempts), nextAttemptAt: leftover.nextAttempt ?? 0)
  }
}

extension Berth.Garbage {
  init(_ garbage: Garbage) {
    self.init(
      podSandboxId: garbage.sandboxID, found: garbage.found, undo: garbage.undo.map(UndoReport.Step.init),
      error: garbage.error ?? "")
  }
}
