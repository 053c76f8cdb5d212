import CNI
import LinuxKernel

/// A sandbox that is committed, or that could not be cleaned up, in this life of the daemon.
struct Sandbox: Sendable {
  var record: SandboxRecord
  /// The running pause; `nil` once it has exited or was stopped.
  var pause: ProcessHandle?
  var exitWatch: Watcher.Watch?
  /// What this life of the daemon knows of each network's attachment, `eth0`'s first.
  var attachments: [AttachmentState]
  /// Whether plugins of an earlier life of the daemon may still be at work.
  var mayHaveOrphans = false
  /// What the last stop or remove could not undo.
  var leftovers: [StepReport] = []
  /// The last look for drift.
  var drift: (at: SuspendingClock.Instant, findings: [String])?
  /// The Remove under way, for a run that waits for the name.
  var removal: Operation<[StepReport]>?

  init(record: SandboxRecord, pause: ProcessHandle?, attachments: [AttachmentState]? = nil) {
    self.record = record
    self.pause = pause
    self.attachments = attachments ?? record.networks.map { _ in .mayBeAttached }
  }
}

/// How far ADD came with one network, as far as this life of the daemon knows.
enum AttachmentState: Sendable {
  /// No plugin of it was called: it owes nothing.
  case notCalled
  /// ADD failed, and said how far it had come.
  case failed(CNIError)
  /// Every plugin of it may have been called.
  case mayBeAttached
}

extension Sandbox {
  var id: String { record.id }

  var state: SandboxState { record.stage == .ready && pause != nil ? .ready : .notReady }

  var summary: SandboxSummary {
    SandboxSummary(
      id: record.id, metadata: record.configuration.metadata, state: state, createdAt: record.intent.createdAt,
      labels: record.configuration.labels, annotations: record.configuration.annotations,
      runtimeHandler: record.intent.runtimeHandler)
  }

  var status: SandboxStatus {
    let isReady = state == .ready
    return SandboxStatus(
      summary: summary, ip: isReady ? record.outcome?.ip ?? "" : "",
      additionalIPs: isReady ? record.outcome?.additionalIPs ?? [] : [],
      namespaceOptions: record.configuration.linux.securityContext.namespaceOptions)
  }

  /// What it is doing or waiting for, as refusals and `inspectp` tell it.
  var stageDescription: String {
    switch record.stage {
    case .creating: "a failed run with leftovers"
    case .ready: pause == nil ? "not ready, its pause has exited" : "ready"
    case .stopping: "half stopped"
    case .stopped: "stopped"
    case .owed: "removed, its DEL owed"
    }
  }
}
