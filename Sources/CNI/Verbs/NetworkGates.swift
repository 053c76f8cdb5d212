import Synchronization

/// One gate for each network: any number of ADDs and DELs at once, or one GC alone, in the order of arrival.
///
/// A waiter waits out a cancellation: what holds the gate is bounded by the plugins' timeouts, and the operation sees the
/// cancellation when its turn comes.
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

  private struct Gate {
    var inside = 0
    var isExclusive = false
    var waiting: [(access: Access, admit: CheckedContinuation<Void, Never>)] = []

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
  }

  private let gates = Mutex<[String: Gate]>([:])

  func enter(_ network: String, _ access: Access) async -> Pass {
    await withCheckedContinuation { admit in
      let entered = gates.withLock { gates in
        var gate = gates[network] ?? Gate()
        defer { gates[network] = gate }
        guard gate.waiting.isEmpty, gate.admits(access) else {
          gate.waiting.append((access, admit))
          return false
        }
        gate.enter(access)
        return true
      }
      if entered { admit.resume() }
    }
    return Pass(gates: self, network: network, access: access)
  }

  /// How many wait, for tests.
  func waiting(_ network: String) -> Int { gates.withLock { $0[network]?.waiting.count ?? 0 } }

  private func leave(_ network: String, _ access: Access) {
    let admitted = gates.withLock { gates in
      guard var gate = gates[network] else { return [CheckedContinuation<Void, Never>]() }
      gate.inside -= 1
      if access == .exclusive { gate.isExclusive = false }
      var admitted: [CheckedContinuation<Void, Never>] = []
      while let next = gate.waiting.first, gate.admits(next.access) {
        gate.enter(next.access)
        admitted.append(next.admit)
        gate.waiting.removeFirst()
      }
      gates[network] = gate.inside == 0 ? nil : gate
      return admitted
    }
    for admit in admitted { admit.resume() }
  }
}
