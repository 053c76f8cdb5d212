import Netlink
import Synchronization
import SystemPackage

/// A transport that gives recorded answers, one a call, and keeps what was sent.
final class RecordedTransport: Transport {
  enum Event: Sendable {
    case datagram([UInt8])
    case failure(Errno)
  }

  let portID: UInt32 = 0x2da8
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

extension RecordedTransport.Event {
  /// An acknowledgement of the message with a sequence number, with an errno unless it succeeded.
  static func answer(_ sequence: UInt8, _ errno: Errno? = nil, portID: [UInt8] = [0xa8, 0x2d, 0, 0]) -> Self {
    let status = withUnsafeBytes(of: -(errno?.rawValue ?? 0), Array.init)
    let header: [UInt8] = [36, 0, 0, 0, 2, 0, 0, 1, sequence, 0, 0, 0] + portID
    return .datagram(header + status + [20, 0, 0, 0, 0, 10, 5, 0, sequence, 0, 0, 0] + [0, 0, 0, 0])
  }
}
