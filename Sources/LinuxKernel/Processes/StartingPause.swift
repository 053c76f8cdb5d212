import Glibc
import Synchronization
import SystemPackage

/// A pause whose start has begun, and goes on beside whatever its owner does meanwhile.
///
/// Dropped before anybody has taken the pause, it waits for the start itself and ends what has come of it.
public final class StartingPause: Sendable {
  private let request: PauseRequest
  private let threads: SpawnerThreads
  private let sockets: Mutex<SocketPair?>

  init(_ request: PauseRequest, _ threads: SpawnerThreads, _ sockets: consuming SocketPair) {
    self.request = request
    self.threads = threads
    self.sockets = Mutex(sockets)
  }

  deinit { _ = try? started() }

  /// Waits until pause runs and has given up what it shall not have: two seconds at most for the child and for pause's answer
  /// each, when ETIMEDOUT tells who was silent. Gives the pause once: ECANCELED afterwards.
  ///
  /// The pause is not committed: it exits when the result is dropped or this process dies. On failure nothing is left. The
  /// error names the step that failed.
  public func started() throws(KernelError) -> StartedPause {
    guard let sockets = sockets.withLock({ $0.take() }) else {
      throw KernelError(errno: .canceled, operation: "take", subject: "a pause that somebody has taken")
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
}

extension ProcessHandle {
  /// Kills and reaps a child that nobody needs; one that takes its time is reaped in the background.
  fileprivate func end() {
    try? signal(SIGKILL)  // it has exited already, at worst
    if waitForExit(until: .now.advanced(by: PauseSpawner.patience)) { reap() } else { reapInBackground() }
  }
}
