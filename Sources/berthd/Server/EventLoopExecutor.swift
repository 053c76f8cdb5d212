import NIOCore

/// Runs tasks on an event loop, beside its channels: a request goes from the socket to its handler and back without a
/// change of threads.
///
/// What runs here must not block, as on the cooperative pool.
final class EventLoopExecutor: TaskExecutor {
  /// The loop, for timers that cost no thread's waking.
  let eventLoop: any EventLoop

  /// An executor that lives as long as its loop.
  init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
