import CNI
import LinuxKernel

/// What a sandbox's steps work on: its record, where its things are, and what this life of the daemon holds of it.
struct Pod: StepSubject {
  /// The record as it is, or will be, on the disk.
  var record: SandboxRecord
  /// Where everything of this sandbox is.
  let paths: SandboxPaths
  let trace: TraceRecorder
  /// Whether it was made in this boot: after another one nothing of it is left in the kernel.
  let isOfThisBoot: Bool
  /// The network namespace that was made ahead of the pause.
  var networkNamespace: NewNetworkNamespace?
  /// The pause that is being started beside the steps.
  var starting: PauseStart?
  /// The pause that this daemon started and has not yet committed.
  var uncommitted: StartedPause?
  /// The running pause.
  var pause: ProcessHandle?
  /// The disk's answer to the intent's fsync, which overlaps with the steps before the networks.
  var intentSync: Syncing?
  /// What is known of each network's attachment, `eth0`'s first.
  var attachments: [AttachmentState]
  /// The attachments as the CNI cache has them, for what is known from there alone; empty where the record tells them.
  var cachedAttachments: [Attachment] = []
  /// What ADD's last plugin printed, network by network; empty where there is nothing.
  var results: [String]
  /// The addresses of `eth0` as ADD told them, the one that CRI calls the pod's IP first: the first IPv4 address, else the
  /// first at all.
  var addresses: [String] = []
  /// What the run found out of what was asked for and is not done.
  var warnings: [String] = []
  /// Whether this operation makes it, so that nothing of its id can be anywhere.
  var isNew = false
  /// Whether plugins of an earlier life of the daemon may still be at work on this sandbox.
  var mayHaveOrphans = false
  /// Let go of when the operation is over and its answer on its way.
  let afterwards = Afterwards()
  var traceEntry: TraceRecorder.Entry?
  var deadline: SuspendingClock.Instant = .now
  var cancellation: Cancellation?

  init(_ record: SandboxRecord, _ paths: SandboxPaths, isOfThisBoot: Bool, trace: TraceRecorder) {
    self.record = record
    self.paths = paths
    self.isOfThisBoot = isOfThisBoot
    self.trace = trace
    attachments = record.networks.map { _ in .mayBeAttached }
    results = record.outcome?.results ?? []
    if results.count != record.networks.count { results = record.networks.map { _ in "" } }
  }
}

extension Pod {
  /// Says that nothing of its networks has begun: of a run that is about to.
  mutating func beginsUnattached() {
    attachments = record.networks.map { _ in .notCalled }
    isNew = true
  }
}
