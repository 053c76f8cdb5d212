import CLinux
import Synchronization

/// A task executor whose jobs run one after the other on one thread of its own, where they may block.
///
/// Give it to `withTaskExecutorPreference` or `Task(executorPreference:)`. Jobs that arrive after `shutdown()` run on the
/// global executor: none is lost.
public final class OperationThread: TaskExecutor {
  private let queue = Queue()
  private let name: StaticString
  private let stackSize: Int

  /// Starts the thread; it ends after `shutdown()` or when the last reference is gone.
  public init(name: StaticString = "berth-operation", stackSize: Int = 512 << 10) throws(KernelError) {
    self.name = name
    self.stackSize = stackSize
    try start(generation: 0)
  }

  deinit { queue.close() }

  /// Takes a job of the concurrency runtime; after `shutdown()` the global executor gets it.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    guard !queue.append(Entry(job: job, executor: self)) else { return }
    globalConcurrentExecutor.enqueue(ExecutorJob(job))
  }

  /// Goes on with a new thread, for when the present one does not come back from the kernel; that one ends when it does,
  /// and what it was doing goes on beside the rest.
  public func replaceThread() throws(KernelError) { try start(generation: queue.beginGeneration()) }

  /// Lets the thread end as soon as its queue is empty; idempotent, does not wait.
  public func shutdown() { queue.close() }

  /// Runs the closure when the operation whose thread calls this is over: for what takes time and nobody waits for. On any
  /// other thread it runs at once.
  public static func afterwards(_ body: @escaping @Sendable () -> Void) {
    guard let queue = Queue.current, queue.defer(body) else { return body() }
  }

  /// Tells that nobody waits any more for the operation whose thread calls this: when the thread wakes up to end, it does not
  /// push aside whoever passes the answer on (SCHED_BATCH, which changes nothing else). Without effect on any other thread.
  public static func retire() {
    // Refused, the thread ends all the same.
    if isCurrent { _ = clinux_set_batch() }
  }

  /// Whether the calling thread is an operation's, where nobody minds a blocking call.
  static var isCurrent: Bool { Queue.current != nil }

  private func start(generation: Int) throws(KernelError) {
    // The thread holds the queue, not this object, which could otherwise never end.
    try DedicatedThread.start(name: name, stackSize: stackSize) { [queue] in queue.run(generation) }
  }
}

extension OperationThread {
  /// A job and what keeps its executor alive until it has run.
  fileprivate struct Entry {
    let job: UnownedJob
    let executor: OperationThread
  }

  fileprivate final class Queue: Sendable {
    private struct State {
      var entries: [Entry] = []
      var isClosed = false
      var afterwards: [@Sendable () -> Void] = []
      var hasEnded = false
      /// The thread that takes the entries; those before it are written off.
      var generation = 0
    }

    private enum Turn {
      case run(Entry)
      case end([@Sendable () -> Void])
      case superseded
    }

    private let state = Mutex(State())
    /// One signal for each entry, and one for the end.
    private let semaphore = Semaphore()

    /// False when the queue is closed.
    func append(_ entry: Entry) -> Bool {
      let accepted = state.withLock { state in
        guard !state.isClosed else { return false }
        state.entries.append(entry)
        return true
      }
      if accepted { semaphore.signal() }
      return accepted
    }

    /// The one that the calling thread serves.
    static var current: Queue? {
      clinux_operation().map { Unmanaged<Queue>.fromOpaque($0).takeUnretainedValue() }
    }

    /// False when it is too late, as on a thread that was written off.
    func `defer`(_ body: @escaping @Sendable () -> Void) -> Bool {
      state.withLock { state in
        guard !state.hasEnded else { return false }
        state.afterwards.append(body)
        return true
      }
    }

    func beginGeneration() -> Int {
      state.withLock { state in
        state.generation += 1
        return state.generation
      }
    }

    func close() {
      let isFirst = state.withLock { state in
        defer { state.isClosed = true }
        return !state.isClosed
      }
      if isFirst { semaphore.signal() }
    }

    func run(_ generation: Int) {
      clinux_set_operation(Unmanaged.passUnretained(self).toOpaque())
      defer { clinux_set_operation(nil) }
      clinux_unblock_child_signal()
      while true {
        semaphore.wait()
        let turn: Turn = state.withLock { state in
          guard state.generation == generation else { return .superseded }
          if !state.entries.isEmpty { return .run(state.entries.removeFirst()) }
          state.hasEnded = true
          defer { state.afterwards = [] }
          return .end(state.afterwards)
        }
        switch turn {
        case .run(let entry): entry.job.runSynchronously(on: entry.executor.asUnownedTaskExecutor())
        case .end(let afterwards):
          for body in afterwards { body() }
          return
        case .superseded:
          // The signal was for the thread that has taken over.
          return semaphore.signal()
        }
      }
    }
  }
}
