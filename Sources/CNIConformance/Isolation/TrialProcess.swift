import Glibc
import LinuxKernel

/// A trial as the one that waits for it sees it.
final class TrialProcess {
  /// What the trial has told so far.
  private(set) var messages: [TrialMessage] = []
  /// Whether it was killed because its time was over.
  private(set) var wasKilled = false
  /// Its time, in all.
  let patience: Duration
  let cgroup: Cgroup?
  private let process: IsolatedProcess
  private let report: SharedDescriptor
  private let noiseDescriptor: SharedDescriptor
  private let deadline: SuspendingClock.Instant
  private var lines = TrialMessage.Lines()
  private var noiseBytes: [UInt8] = []
  private var hasEnded = (report: false, noise: false)

  init(
    _ process: IsolatedProcess, report: SharedDescriptor, noise: SharedDescriptor,
    deadline: SuspendingClock.Instant, patience: Duration, cgroup: Cgroup?
  ) {
    self.process = process
    self.report = report
    noiseDescriptor = noise
    self.deadline = deadline
    self.patience = patience
    self.cgroup = cgroup
  }

  /// What its processes have printed by themselves, such as the reason of a crash.
  var noise: String { String(decoding: noiseBytes, as: UTF8.self) }

  /// What to wait for.
  var descriptors: [(descriptor: CInt?, events: CInt)] {
    [
      (hasEnded.report ? nil : report.raw, POLLIN), (hasEnded.noise ? nil : noiseDescriptor.raw, POLLIN),
      (process.raw, POLLIN),
    ]
  }

  /// When to look again though nothing has come.
  var nextLook: SuspendingClock.Instant? { wasKilled ? nil : deadline }

  /// Takes what has come; true when all is over, and every process gone.
  func look(_ isReady: ArraySlice<Bool>) -> Bool {
    let ready = Array(isReady)
    if ready[0] { takeReport() }
    if ready[1] { takeNoise() }
    if ready[2] {
      process.reap()
      while !hasEnded.report { takeReport() }
      while !hasEnded.noise { takeNoise() }
      return true
    }
    if !wasKilled, deadline <= .now { kill() }
    return false
  }

  /// Ends it.
  func kill() {
    wasKilled = true
    process.kill()
  }

  private func takeReport() {
    guard let bytes = Self.read(report.raw) else { return hasEnded.report = true }
    messages += lines.add(bytes)
  }

  private func takeNoise() {
    guard let bytes = Self.read(noiseDescriptor.raw) else { return hasEnded.noise = true }
    noiseBytes += bytes.prefix((16 << 10) - noiseBytes.count)
  }

  /// Nil at the end.
  private static func read(_ descriptor: CInt) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
      var result: Int
      repeat { result = Glibc.read(descriptor, buffer.baseAddress, buffer.count) } while result < 0 && errno == EINTR
      count = max(0, result)
    }
    return bytes.isEmpty ? nil : bytes
  }
}
