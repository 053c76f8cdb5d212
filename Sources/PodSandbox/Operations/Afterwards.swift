import Synchronization

/// What an operation leaves to be done when it is over and nobody waits for it any more: reaping, freeing a file's blocks.
///
/// The kernel tells an exit before the process' last thread has let go of its entries in /proc; to reap is to wait for that,
/// for milliseconds where that thread needs this very processor.
final class Afterwards: Sendable {
  private let bodies = Mutex<[@Sendable () -> Void]>([])

  func add(_ body: @escaping @Sendable () -> Void) { bodies.withLock { $0.append(body) } }

  /// Does what was left, in order; what is added meanwhile is done too.
  func run() {
    while true {
      let taken = bodies.withLock { bodies in
        defer { bodies = [] }
        return bodies
      }
      guard !taken.isEmpty else { return }
      for body in taken { body() }
    }
  }
}
