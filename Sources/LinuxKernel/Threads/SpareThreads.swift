import Synchronization

/// Plain threads for work that comes again and again: one whose work is done waits a moment for more.
///
/// A new thread costs its starter some fifty microseconds, and as much again where the kernel makes its entries in /proc. Work that
/// does not come back keeps its thread, and whoever comes next gets another.
package final class SpareThreads: Sendable {
  package typealias Work = @Sendable () -> Void

  /// A thread that waits, and what it is given.
  private final class Spare: Sendable {
    let semaphore = Semaphore()
    let work = Mutex<Work?>(nil)
  }

  private let name: StaticString
  private let stackSize: Int
  private let patience: Duration
  private let waiting = Mutex<[Spare]>([])

  /// - Parameters:
  ///   - name: Cut off after 15 bytes.
  ///   - stackSize: In bytes.
  ///   - patience: How long one waits for more.
  package init(name: StaticString, stackSize: Int, patience: Duration = .seconds(1)) {
    self.name = name
    self.stackSize = stackSize
    self.patience = patience
  }

  /// Begins the work on a thread that waits, else on a new one, and does not wait for it; EAGAIN when there is none to be had.
  package func run(_ work: @escaping Work) throws(KernelError) {
    if let spare = waiting.withLock({ $0.popLast() }) {
      spare.work.withLock { $0 = work }
      return spare.semaphore.signal()
    }
    let spare = Spare()
    spare.work.withLock { $0 = work }
    try DedicatedThread.start(name: name, stackSize: stackSize) { [self] in serve(spare) }
  }

  private func serve(_ spare: Spare) {
    var work = spare.work.withLock { $0.take() }
    while work != nil {
      work?()
      // What it holds goes before the wait.
      work = nil
      waiting.withLock { $0.append(spare) }
      work = more(for: spare)
    }
  }

  /// Nil when nothing has come.
  private func more(for spare: Spare) -> Work? {
    if !spare.semaphore.wait(for: patience) {
      let isLeft = waiting.withLock { waiting in
        guard let index = waiting.firstIndex(where: { $0 === spare }) else { return false }
        waiting.remove(at: index)
        return true
      }
      guard !isLeft else { return nil }
      // It was taken at the last moment, and is about to be given something.
      spare.semaphore.wait()
    }
    return spare.work.withLock { $0.take() }
  }
}
