import LinuxKernel

/// What a sandbox's steps work on: its record, what this life of the daemon holds of it, and the host.
struct SandboxContext: StepContext {
  /// The record as it is, or will be, on the disk.
  var record: SandboxRecord
  /// Where everything of this sandbox is.
  let paths: SandboxPaths
  /// The doors to the kernel, the plugins and the disk.
  let host: SandboxHost
  let trace: TraceRecorder
  /// The network namespace that was made ahead of the pause.
  var networkNamespace: NewNetworkNamespace?
  /// The pause that this daemon started and has not yet committed.
  var uncommitted: StartedPause?
  /// The running pause.
  var pause: ProcessHandle?
  /// The disk's answer to the intent's fsync, which overlaps with the steps before the networks.
  var intentSync: Task<Void, any Error>?
  /// The addresses of `eth0` as ADD told them, the one that CRI calls the pod's IP first: the first IPv4 address, else the
  /// first at all.
  var addresses: [String] = []
  /// Whether plugins of an earlier life of the daemon may still be at work on this sandbox.
  var mayHaveOrphans = false
  var deadline: SuspendingClock.Instant

  init(record: SandboxRecord, host: SandboxHost, trace: TraceRecorder, pause: ProcessHandle? = nil) {
    self.record = record
    self.host = host
    self.trace = trace
    self.pause = pause
    paths = SandboxPaths(record, host)
    deadline = .now + host.configuration.stepTimeout
  }
}
