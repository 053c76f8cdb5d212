import Synchronization
import SystemPackage

/// Syncs files beside other work: one thread, which takes all that is queued at a time.
///
/// Where the disk holds it for longer than somebody waits, it is written off and another one takes its place: one file system
/// that hangs must not hold up the others.
public final class Syncer: Sendable {
  private let queue: Queue

  /// Starts the thread, which ends with `shutdown()` or when the object ends.
  public init() throws(KernelError) {
    let queue = Queue()
    self.queue = queue
    try queue.start(generation: 0)
  }

  deinit { queue.close() }

  /// Begins to sync the file, then its directory: once that is done, content and name survive a loss of power.
  ///
  /// Never blocks. What was written before this call is part of it. ECANCELED after `shutdown()`.
  public func sync(_ path: String) -> Syncing {
    let syncing = Syncing(path) { [queue] in queue.replaceThread(stuckIn: $0) }
    if syncing.isPending, !queue.append(syncing) {
      syncing.finish(
        .failure(KernelError(errno: .canceled, operation: "sync", subject: path, remedy: "the syncer is shut down")))
    }
    return syncing
  }

  /// Ends the thread after what is queued. Idempotent, does not wait.
  public func shutdown() { queue.close() }
}

extension Syncer {
  fileprivate final class Queue: Sendable {
    private struct State {
      var waiting: [Syncing] = []
      /// What the thread is at.
      var batch: [Syncing] = []
      /// The thread that counts; those before it are written off.
      var generation = 0
      var isClosed = false
    }

    private let state = Mutex(State())
    private let semaphore = Semaphore()

    func append(_ syncing: Syncing) -> Bool {
      let accepted = state.withLock { state in
        guard !state.isClosed else { return false }
        state.waiting.append(syncing)
        return true
      }
      if accepted { semaphore.signal() }
      return accepted
    }

    func close() {
      state.withLock { $0.isClosed = true }
      semaphore.signal()
    }

    func start(generation: Int) throws(KernelError) {
      try DedicatedThread.start(name: "berth-syncer", stackSize: 128 << 10) { [self] in run(generation) }
    }

    /// Goes on with a new thread, if the present one is at this file: it ends when the disk lets go of it. What else it had
    /// taken waits again.
    func replaceThread(stuckIn syncing: Syncing) {
      let isReplaced = state.withLock { state in
        guard state.batch.contains(where: { $0 === syncing }) else { return false }
        do throws(KernelError) {
          try start(generation: state.generation + 1)
        } catch {
          // Without a thread to spare the stuck one is all there is: whoever waits next tries again.
          return false
        }
        state.generation += 1
        state.waiting = state.batch.filter { $0 !== syncing && $0.isPending } + state.waiting
        state.batch = []
        return true
      }
      if isReplaced { semaphore.signal() }
    }

    private func run(_ generation: Int) {
      while true {
        semaphore.wait()
        let (batch, isClosed): ([Syncing], Bool) = state.withLock { state in
          guard state.generation == generation else { return ([], true) }
          state.batch = state.waiting
          state.waiting = []
          return (state.batch, state.isClosed)
        }
        Self.sync(batch)
        let isSuperseded = state.withLock { state in
          guard state.generation == generation else { return true }
          state.batch = []
          return false
        }
        // The signal may have been for the thread that has taken over.
        if isSuperseded { return semaphore.signal() }
        if isClosed { return }
      }
    }

    /// All the files first, then each directory once, however many of its files there are.
    private static func sync(_ batch: [Syncing]) {
      var synced: [Syncing] = []
      for syncing in batch {
        do throws(KernelError) {
          try DurableFile.syncContent(syncing.path)
          synced.append(syncing)
        } catch {
          syncing.finish(.failure(error))
        }
      }
      var directories: [String: Result<Void, KernelError>] = [:]
      for syncing in synced {
        let directory = DurableFile.split(syncing.path).directory
        let result = directories[directory] ?? Self.syncDirectory(directory)
        directories[directory] = result
        syncing.finish(result.flatMap { Self.passEnd(syncing.path) })
      }
    }

    private static func syncDirectory(_ directory: String) -> Result<Void, KernelError> {
      do throws(KernelError) { return .success(try DurableFile.syncDirectory(directory)) } catch {
        return .failure(error)
      }
    }

    private static func passEnd(_ path: String) -> Result<Void, KernelError> {
      do throws(KernelError) { return .success(try DurableFile.passSynced(path)) } catch { return .failure(error) }
    }
  }
}
