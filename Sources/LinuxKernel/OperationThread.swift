/// A task executor whose jobs run one after the other on one thread of its own, where they may block.
///
/// Give it to `withTaskExecutorPreference` or `Task(executorPreference:)`. Jobs that arrive after `shutdown()` run on the
/// global executor: none is lost.
public final class OperationThread: TaskExecutor {
  private let queue = ClosureQueue()

  /// Starts the thread; it ends after `shutdown()` or when the last reference is gone.
  public init(name: StaticString = "berth-operation", stackSize: Int = 512 << 10) throws(KernelError) {
    // The thread holds the queue, not this object, which could otherwise never end.
    try DedicatedThread.start(name: name, stackSize: stackSize) { [queue] in queue.run() }
  }

  deinit { queue.close() }

  /// Called by the concurrency runtime.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // The closure keeps this executor alive until the job has run.
    guard !queue.append({ job.runSynchronously(on: self.asUnownedTaskExecutor()) }) else { return }
    globalConcurrentExecutor.enqueue(ExecutorJob(job))
  }

  /// Lets the thread end as soon as its queue is empty; idempotent, does not wait.
  public func shutdown() { queue.close() }
}
