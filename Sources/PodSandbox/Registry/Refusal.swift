/// Why a name cannot be had: who has it, what it is doing, since when, and what to do.
enum Refusal {
  static let drained = SandboxError(
    .unavailable, "berthd is drained and takes no new pods; they are taken again after: berthctl drain --off")

  static func run(_ run: Run, _ name: SandboxName) -> SandboxError {
    SandboxError(
      .alreadyExists,
      "name \"\(name)\" is reserved for \(run.id), which is being created with another configuration since "
        + "\(age(run.startedAt)); wait for it, or use another attempt number", sandboxID: run.id)
  }

  static func sandbox(_ sandbox: Sandbox, isSame: Bool) -> SandboxError {
    let record = sandbox.record
    let relation = isSame ? "the same configuration" : "another configuration"
    return SandboxError(
      .alreadyExists,
      "name \"\(record.name)\" is reserved for \(record.id) (\(relation), \(sandbox.stageDescription), made "
        + "\(age(record.intent.createdAt)) ago); remove that sandbox, or use another attempt number",
      sandboxID: record.id)
  }

  static func quarantined(_ file: SandboxStore.Unreadable, _ name: SandboxName) -> SandboxError {
    SandboxError(
      .alreadyExists,
      "name \"\(name)\" is reserved for \(file.id), whose record \(file.path) cannot be used: \(file.reason); "
        + "clear it away with: berthctl gc",
      sandboxID: file.id)
  }

  static func collecting(_ id: String, _ file: SandboxStore.Unreadable?, _ name: SandboxName) -> SandboxError {
    SandboxError(
      .alreadyExists,
      "name \"\(name)\" is reserved for \(id), whose record \(file?.path ?? "") is being cleared away by gc; try again",
      sandboxID: id)
  }

  private static func age(_ since: Int64) -> String {
    let seconds = max(0, (Int64.nowSinceEpoch - since) / 1_000_000_000)
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7200: return "\(seconds / 60) min"
    default: return "\(seconds / 3600) h"
    }
  }
}
