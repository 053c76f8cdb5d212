import Glibc
import LinuxKernel
import Synchronization
import SystemPackage

/// How long somebody who gives addresses waits for the others, whoever they are.
package enum ReservationLock {
  /// The reference plugin waits for ever; by then its caller has given up.
  package static let patience: Duration = .seconds(10)
}

/// The turns that threads of one process take at a directory, in the order of their arrival: a lock on a file makes them wait
/// for milliseconds. Each directory has its own: one that somebody else locks holds up nobody but its own network.
final class ReservationTurns: Sendable {
  static let shared = ReservationTurns()

  /// Those that wait, by the path of the directory that somebody has.
  private let waiting = Mutex<[String: [EventDescriptor]]>([:])

  /// Takes the turn at a directory; give it back with ``end(_:)`` exactly once.
  ///
  /// Fails with EWOULDBLOCK when the time is over, with ECANCELED when it is cancelled.
  func begin(
    _ path: String, until deadline: SuspendingClock.Instant, _ cancellation: Cancellation?
  ) throws(KernelError) {
    if isFree(path) { return }
    let turn = try EventDescriptor()
    guard joins(turn, path) else { return }
    let ready = Poll.wait(for: [(turn.raw, POLLIN), (cancellation?.raw, POLLIN)], until: deadline)
    guard !ready[0], withdraws(turn, path) else { return }
    guard !ready[1] else { throw KernelError(errno: .canceled, operation: "lock", subject: path) }
    throw KernelError(
      errno: .wouldBlock, operation: "lock", subject: path,
      remedy: "other pods of the network wait for it too; see fuser \(path)/lock")
  }

  /// Hands the turn on to who has waited longest.
  func end(_ path: String) {
    waiting.withLock { waiting in
      guard let next = waiting[path]?.first else {
        waiting[path] = nil
        return
      }
      waiting[path]?.removeFirst()
      next.signal()
    }
  }

  /// How many wait, for tests.
  func count(_ path: String) -> Int { waiting.withLock { $0[path]?.count ?? 0 } }

  /// Takes the turn where nobody has it.
  private func isFree(_ path: String) -> Bool {
    waiting.withLock { waiting in
      guard waiting[path] == nil else { return false }
      waiting[path] = []
      return true
    }
  }

  /// Joins the queue; false when the turn was free by now and is taken.
  private func joins(_ turn: EventDescriptor, _ path: String) -> Bool {
    waiting.withLock { waiting in
      guard waiting[path] != nil else {
        waiting[path] = []
        return false
      }
      waiting[path]?.append(turn)
      return true
    }
  }

  /// Leaves the queue; false when the turn has been handed over by now.
  private func withdraws(_ turn: EventDescriptor, _ path: String) -> Bool {
    waiting.withLock { waiting in
      guard let place = waiting[path]?.firstIndex(where: { $0 === turn }) else { return false }
      waiting[path]?.remove(at: place)
      return true
    }
  }
}
