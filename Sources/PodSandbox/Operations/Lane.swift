import LinuxKernel
import Synchronization

/// Lets the operations on one sandbox through one after the other, in the order of arrival, each on a plain thread that does
/// nothing else meanwhile.
///
/// Whoever is let in says `leave()` exactly once when the operation has ended, on whatever thread that is: the thread that
/// began it may be stuck in the kernel by then.
final class Lane: Sendable {
  typealias Work = @Sendable () -> Void

  private struct State {
    var isBusy = false
    var waiting: [Work] = []
  }

  private let state = Mutex(State())

  /// Runs the work on a thread of its own when all that came before has left.
  ///
  /// - Throws: EAGAIN when it is its turn and there is no thread to spare: nothing has begun then.
  func enter(_ work: @escaping Work) throws(KernelError) {
    let isFirst = state.withLock { state in
      guard state.isBusy else {
        state.isBusy = true
        return true
      }
      state.waiting.append(work)
      return false
    }
    guard isFirst else { return }
    do throws(KernelError) {
      try Self.start(work)
    } catch {
      leave()
      throw error
    }
  }

  /// Lets the next one in.
  func leave() {
    let next: Work? = state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.isBusy = false
        return nil
      }
      return state.waiting.removeFirst()
    }
    guard let next else { return }
    // Without a thread to spare it has to do with this one, whose operation is over.
    do { try Self.start(next) } catch { next() }
  }

  /// Whether an operation is inside.
  var isBusy: Bool { state.withLock { $0.isBusy } }

  private static let threads = SpareThreads(name: "berth-operation", stackSize: 512 << 10)

  private static func start(_ work: @escaping Work) throws(KernelError) { try threads.run(work) }
}
