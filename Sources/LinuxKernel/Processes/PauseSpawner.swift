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

  /// Begins to start a pause, and waits for nothing: see ``StartingPause/started()``. ECANCELED after ``shutdown()``.
  public func begin(_ specification: PauseSpecification) throws(KernelError) -> StartingPause {
    let sockets = try SocketPair()
    let request = try PauseRequest(
      specification, resources, sockets, entry: try CgroupEntry(specification.cgroup))
    guard threads.append(request) else {
      throw KernelError(
        errno: .canceled, operation: "start pause", subject: resources.path, remedy: "the spawner is shutting down")
    }
    return StartingPause(request, threads, sockets)
  }

  /// Starts a pause and waits until it runs, which takes about a millisecond: see ``StartingPause/started()``.
  public func start(_ specification: PauseSpecification) throws(KernelError) -> StartedPause {
    try begin(specification).started()
  }

  /// Ends the thread after the starts that have begun; later ones fail with ECANCELED. Idempotent, does not wait.
  public func shutdown() { threads.close() }
}
