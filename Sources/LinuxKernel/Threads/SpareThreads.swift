import CLinux
import Glibc
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
    /// The thread itself, once it runs.
    let thread = Mutex<pid_t?>(nil)
  }

  private let name: StaticString
  private let stackSize: Int
  private let patience: Duration
  private let waiting = Mutex<[Spare]>([])
  /// The processors that this process may use.
  private let processors = clinux_processors()

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
  ///
  /// With `elsewhere` it begins beside the calling thread: see ``DedicatedThread``.
  package func run(elsewhere: Bool = false, _ work: @escaping Work) throws(KernelError) {
    let processors = processors
    let begun: Work = {
      // Where it begins is no place where it must stay.
      if elsewhere { clinux_set_processors(processors) }
      work()
    }
    if let spare = waiting.withLock({ $0.popLast() }) {
      spare.work.withLock { $0 = begun }
      if elsewhere, let thread = spare.thread.withLock({ $0 }) { clinux_thread_wake_elsewhere(thread) }
      return spare.semaphore.signal()
    }
    let spare = Spare()
    spare.work.withLock { $0 = begun }
    try DedicatedThread.start(name: name, stackSize: stackSize, elsewhere: elsewhere) { [self] in serve(spare) }
  }

  private func serve(_ spare: Spare) {
    spare.thread.withLock { $0 = clinux_thread_id() }
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
