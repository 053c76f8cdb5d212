@testable import Netlink
import Synchronization
import SystemPackage

/// A transport that gives recorded answers, one a call, and keeps what was sent.
final class RecordedTransport: Transport {
  enum Event: Sendable {
    case datagram([UInt8])
    case failure(Errno)
  }

  let portID: UInt32 = 11688  // a82d0000 in the recorded answers
  private let state: Mutex<State>

  private struct State {
    var events: [Event]
    var sent: [[UInt8]] = []
    var discards = 0
  }

  init(_ events: [Event]) { state = Mutex(State(events: events)) }

  var sent: [[UInt8]] { state.withLock { $0.sent } }
  var discards: Int { state.withLock { $0.discards } }
  var isUsedUp: Bool { state.withLock { $0.events.isEmpty } }

  func send(_ request: UnsafeRawBufferPointer) throws(Errno) {
    let copy = Array(request)
    state.withLock { $0.sent.append(copy) }
  }

  func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    let event = state.withLock { $0.events.isEmpty ? nil : $0.events.removeFirst() }
    switch event {
    case .datagram(let datagram):
      buffer.copyBytes(from: datagram)
      return datagram.count
    case .failure(let errno): throw errno
    case nil: throw .timedOut
    }
  }

  func discardPending() { state.withLock { $0.discards += 1 } }
}
