import Glibc
import SystemPackage

/// Starts pauses from one thread of its own, whose mount namespace holds nothing but an empty read-only tmpfs.
///
/// All pauses share that mount namespace, which makes them as cheap to start and to end with a thousand mounts on the host
/// as with none. Needs root.
public final class PauseSpawner: Sendable {
  /// How long a start may be silent: before its child has executed pause it holds up all the others.
  static let patience = Duration.seconds(2)

  private let resources: Resources
  private let threads: SpawnerThreads

  /// Opens the pause binary, which is used until the spawner ends, and prepares the thread.
  ///
  /// The binary must be executable by others, since pause runs as none of the daemon's users: checked here, as is whether
  /// its filesystem is mounted noexec.
  public init(pauseBinary: String) throws(KernelError) {
    resources = try Resources(pauseBinary: pauseBinary)
    threads = try SpawnerThreads()
  }

  deinit { threads.close() }

  /// Starts a pause and waits until it runs and has given up what it shall not have; blocks the thread for about a
  /// millisecond, and two seconds at most for the child and for pause's answer each, when ETIMEDOUT tells who was silent.
  ///
  /// The pause is not committed: it exits when the result is dropped or this process dies. On failure nothing is left. The
  /// error names the step that failed.
  public func start(_ specification: PauseSpecification) throws(KernelError) -> StartedPause {
    let sockets = try SocketPair()
    let request = try PauseRequest(
      specification, resources, sockets, entry: try CgroupEntry(specification.cgroup))
    guard threads.append(request) else {
      throw KernelError(
        errno: .canceled, operation: "start pause", subject: resources.path, remedy: "the spawner is shutting down")
    }
    try request.await(threads, sockets.ours)
    let process = try request.spawn.process("pause")
    let socket = sockets.takeOurs()
    do throws(KernelError) {
      try request.awaitAnswer(socket)
    } catch {
      process.end()
      throw error
    }
    return StartedPause(process, socket: socket, oomError: request.oomError)
  }

  /// Ends the thread after the starts that have begun; later ones fail with ECANCELED. Idempotent, does not wait.
  public func shutdown() { threads.close() }
}

extension ProcessHandle {
  /// Kills and reaps a child that nobody needs; one that takes its time is reaped in the background.
  fileprivate func end() {
    try? signal(SIGKILL)  // it has exited already, at worst
    if waitForExit(until: .now.advanced(by: PauseSpawner.patience)) { reap() } else { reapInBackground() }
  }
}
