import CLinux
import SystemPackage

/// Starts pauses from one thread of its own, whose mount namespace holds nothing but an empty read-only tmpfs.
///
/// All pauses share that mount namespace, which makes them as cheap to start and to end with a thousand mounts on the host
/// as with none. Needs root.
public final class PauseSpawner: Sendable {
  private let resources: Resources
  private let queue = ClosureQueue()

  /// Opens the pause binary, which is used until the spawner ends, and prepares the thread.
  ///
  /// The binary must be executable by others, since pause runs as none of the daemon's users: checked here, as is whether
  /// its filesystem is mounted noexec.
  public init(pauseBinary: String) throws(KernelError) {
    resources = try Resources(pauseBinary: pauseBinary)
    let outcome = Handoff<KernelError?>()
    try DedicatedThread.start(name: "berth-spawner", stackSize: 128 << 10) { [queue] in
      clinux_unblock_child_signal()
      let failure = Self.enterEmptyNamespace()
      outcome.give(failure)
      if failure == nil { queue.run() }
    }
    if let failure = outcome.take() { throw failure }
  }

  deinit { queue.close() }

  /// Starts a pause and waits until it runs; blocks the thread for about a millisecond.
  ///
  /// The pause is not committed: it exits when the result is dropped or this process dies. On failure nothing is left. The
  /// error names the child's step that failed.
  public func start(_ specification: PauseSpecification) throws(KernelError) -> StartedPause {
    let pipe = try Pipe()
    let request = try PauseRequest(
      specification, resources, pipe: pipe.read.raw, entry: try CgroupEntry(specification.cgroup))
    guard queue.append({ [resources] in request.run(resources.stack) }) else {
      throw KernelError(
        errno: .canceled, operation: "start pause", subject: resources.path, remedy: "the spawner is shutting down")
    }
    try request.await()
    let process = try request.spawn.process("pause")
    return StartedPause(process, pipe: pipe.takeWrite(), oomError: request.oomError)
  }

  /// Ends the thread after the starts that have begun; later ones fail with ECANCELED. Idempotent, does not wait.
  public func shutdown() { queue.close() }

  private static func enterEmptyNamespace() -> KernelError? {
    var step: UnsafePointer<CChar>?
    guard clinux_mount_enter_empty_namespace(&step) != 0 else { return nil }
    let error = KernelError.last("prepare", "the spawner's mount namespace", remedy: "starting sandboxes needs root")
    guard let step else { return error }
    return KernelError(
      errno: error.errno, operation: String(cString: step), subject: "for \(error.subject)", remedy: error.remedy)
  }
}
