import LinuxKernel
import Testing

/// Runs the body on so many threads at once, and returns when all have ended: what each one gave, by its number.
func onThreads<T: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> T) throws -> [T] {
  let results = (0..<count).map { _ in Handoff<T>() }
  let start = Handoff<Void>()
  for (number, result) in results.enumerated() {
    try DedicatedThread.start(name: "berth-test") {
      start.take()
      result.give(body(number))
    }
  }
  start.give(())
  return results.map { $0.take() }
}

/// Waits until something holds that another thread is about to bring about; the suite's time limit ends it where it does not.
func eventually(_ holds: () -> Bool) async {
  while !holds(), !Task.isCancelled { await Task.yield() }
}
