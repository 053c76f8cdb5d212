import CMnl
import SystemPackage

/// The acknowledgements of one datagram's changes, matched by their sequence numbers.
struct Acknowledgements {
  private let requests: [Request]
  private let firstSequence: UInt32
  private let portID: UInt32
  private var outcomes: [Acknowledgement?]
  private var defect: String?

  init(of requests: [Request], firstSequence: UInt32, portID: UInt32) {
    self.requests = requests
    self.firstSequence = firstSequence
    self.portID = portID
    outcomes = Array(repeating: nil, count: requests.count)
  }

  var areComplete: Bool { outcomes.allSatisfy { $0 != nil } }

  var failures: [NetlinkError?] {
    zip(requests, outcomes).map { request, outcome in
      outcome?.errno.map {
        NetlinkError(errno: $0, operation: request.operation, subject: request.subject, detail: outcome?.text)
      }
    }
  }

  /// Takes one datagram of the kernel's; EPROTO when it is none that was to come.
  mutating func take(_ datagram: UnsafeRawBufferPointer) throws(Errno) {
    var messages = MessageSequence(datagram)
    var count = 0
    while let message = messages.next() {
      guard take(message) else { throw .protocolError }
      count += 1
    }
    guard count > 0, messages.isWhole else {
      defect = "truncated message in \(datagram.count) bytes"
      throw .protocolError
    }
  }

  private mutating func take(_ message: Message) -> Bool {
    if message.type == Int(NLMSG_NOOP) { return true }
    let place = Int(message.header.nlmsg_seq &- firstSequence)
    if message.header.nlmsg_pid != portID {
      defect = "port id \(message.header.nlmsg_pid), expected \(portID)"
    } else if !outcomes.indices.contains(place) || outcomes[place] != nil {
      defect = "sequence number \(message.header.nlmsg_seq), expected one of \(outcomes.count) from \(firstSequence) on"
    } else if message.type == Int(NLMSG_ERROR), let acknowledgement = Acknowledgement(message) {
      outcomes[place] = acknowledgement
    } else {
      defect = "a message of type \(message.type) that acknowledges nothing"
    }
    return defect == nil
  }

  /// What kept the rest from coming; the first change without an answer is named.
  func breakdown(_ errno: Errno) -> NetlinkError {
    let first = outcomes.firstIndex { $0 == nil } ?? 0
    let (operation, subject) = (requests[first].operation, requests[first].subject)
    guard let defect else { return NetlinkError(errno: errno, operation: operation, subject: subject) }
    return NetlinkError(.malformedReply, errno: errno, operation: operation, subject: subject, detail: defect)
  }
}
