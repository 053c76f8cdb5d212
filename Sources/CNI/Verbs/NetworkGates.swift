import LinuxKernel
import Glibc
import Synchronization

/// One gate for each network: any number of ADDs and DELs at once, or one GC alone, in the order of arrival.
///
/// What holds a gate is bounded by the plugins' timeouts; a waiter's own end is its cancellation.
final class NetworkGates: Sendable {
  static let shared = NetworkGates()

  enum Access: Sendable { case shared, exclusive }

  /// The right to be inside; give it back with `leave()` exactly once.
  struct Pass: Sendable {
    fileprivate let gates: NetworkGates
    fileprivate let network: String
    fileprivate let access: Access

    func leave() { gates.leave(network, access) }
  }

  private struct Waiter {
    let access: Access
    let admitted: EventDescriptor
  }

  private struct Gate {
    var inside = 0
    var isExclusive = false
    var waiting: [Waiter] = []

    func admits(_ access: Access) -> Bool {
      switch access {
      case .shared: !isExclusive
      case .exclusive: inside == 0
      }
    }

    mutating func enter(_ access: Access) {
      inside += 1
      isExclusive = access == .exclusive
    }

    /// Lets in those at the head of the queue that may enter now.
    mutating func admitWaiting() {
      while let next = waiting.first, admits(next.access) {
        enter(next.access)
        next.admitted.signal()
        waiting.removeFirst()
      }
    }
  }

  private let gates = Mutex<[String: Gate]>([:])

  /// Enters, and blocks the thread until that is possible. Errors: cancelled meanwhile; no descriptor left to wait with.
  func enter(_ network: String, _ access: Access, _ cancellation: Cancellation?) throws(CNIError) -> Pass {
    let pass = Pass(gates: self, network: network, access: access)
    if tryEnter(network, access) { return pass }
    let waiter = try CNIError.translating { () throws(KernelError) in
      Waiter(access: access, admitted: try EventDescriptor())
    }
    let hasEntered = gates.withLock { gates in
      var gate = gates[network] ?? Gate()
      defer { gates[network] = gate }
      guard gate.waiting.isEmpty, gate.admits(access) else {
        gate.waiting.append(waiter)
        return false
      }
      gate.enter(access)
      return true
    }
    if hasEntered { return pass }
    let ready = Poll.wait(for: [(waiter.admitted.raw, POLLIN), (cancellation?.raw, POLLIN)], until: nil)
    guard !ready[0], withdraw(waiter, network) else { return pass }
    throw CNIError(.cancelled, "cancelled while other operations on the network were under way")
  }

  /// How many wait, for tests.
  func waiting(_ network: String) -> Int { gates.withLock { $0[network]?.waiting.count ?? 0 } }

  private func tryEnter(_ network: String, _ access: Access) -> Bool {
    gates.withLock { gates in
      var gate = gates[network] ?? Gate()
      guard gate.waiting.isEmpty, gate.admits(access) else { return false }
      gate.enter(access)
      gates[network] = gate
      return true
    }
  }

  /// Leaves the queue; false when the waiter has been let in by now.
  private func withdraw(_ waiter: Waiter, _ network: String) -> Bool {
    gates.withLock { gates in
      guard let place = gates[network]?.waiting.firstIndex(where: { $0.admitted === waiter.admitted }) else {
        return false
      }
      gates[network]?.waiting.remove(at: place)
      // It may have been what kept those behind it waiting.
      gates[network]?.admitWaiting()
      return true
    }
  }

  private func leave(_ network: String, _ access: Access) {
    gates.withLock { gates in
      guard var gate = gates[network] else { return }
      gate.inside -= 1
      if access == .exclusive { gate.isExclusive = false }
      gate.admitWaiting()
      gates[network] = gate.inside == 0 ? nil : gate
    }
  }
}
