import Glibc
import Synchronization
import SystemPackage

/// A file on its way to the disk; see ``Syncer``.
public final class Syncing: Sendable {
  let path: String
  private let outcome = Mutex<Result<Void, KernelError>?>(nil)
  /// `nil` where no descriptor was left: then the outcome is there from the beginning.
  private let done: EventDescriptor?
  private let onTimeout: @Sendable (Syncing) -> Void

  /// - Parameter onTimeout: Called when somebody has waited in vain.
  init(_ path: String, onTimeout: @escaping @Sendable (Syncing) -> Void) {
    self.path = path
    self.onTimeout = onTimeout
    do throws(KernelError) {
      done = try EventDescriptor()
    } catch {
      done = nil
      outcome.withLock { $0 = .failure(error) }
    }
  }

  /// Waits until the disk has it; throws what fsync said, ETIMEDOUT at the deadline, ECANCELED when it is cancelled.
  ///
  /// May be called again, from any thread; the sync itself goes on.
  public func wait(until deadline: SuspendingClock.Instant, cancellation: Cancellation? = nil) throws(KernelError) {
    if let done {
      let ready = Poll.wait(for: [(done.raw, POLLIN), (cancellation?.raw, POLLIN)], until: deadline)
      guard ready[0] else {
        if !ready[1] { onTimeout(self) }
        throw KernelError(
          errno: ready[1] ? .canceled : .timedOut, operation: "sync", subject: path,
          remedy: ready[1] ? nil : "the disk has not taken it yet")
      }
    }
    if case .failure(let error) = outcome.withLock({ $0 }) { throw error }
  }

  /// Whether there is anything to do yet.
  var isPending: Bool { outcome.withLock { $0 == nil } }

  func finish(_ result: Result<Void, KernelError>) {
    outcome.withLock { $0 = result }
    done?.signal()
  }
}
