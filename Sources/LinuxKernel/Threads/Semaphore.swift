import CLinux
import Glibc

/// A counting semaphore between threads (sem_t).
package final class Semaphore: Sendable {
  // The address must not change and the C functions synchronise themselves.
  nonisolated(unsafe) private let semaphore: UnsafeMutablePointer<sem_t>

  package init() {
    semaphore = .allocate(capacity: 1)
    semaphore.initialize(to: sem_t())
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  package func signal() { sem_post(semaphore) }

  package func wait() {
    // The only failure of a valid semaphore is an interrupting signal.
    while sem_wait(semaphore) != 0 {}
  }

  /// False when no signal has come by then.
  package func wait(for duration: Duration) -> Bool {
    let (seconds, attoseconds) = duration.components
    return clinux_semaphore_wait(semaphore, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}
