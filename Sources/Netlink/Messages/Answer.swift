import CMnl
import SystemPackage

/// The defect of a message, in words.
package struct DecodingFailure: Error {
  let reason: String

  package init(_ reason: String) { self.reason = reason }
}

/// The answer to one request, taken datagram by datagram until it is complete.
struct Answer<Item> {
  private(set) var items: [Item] = []
  private(set) var isComplete = false
  /// The kernel marked the listing as changed while it was made (NLM_F_DUMP_INTR).
  private(set) var isInconsistent = false

  private let sequence: UInt32
  private let portID: UInt32
  private let isDump: Bool
  private let wantsAcknowledgement: Bool
  private let operation: String
  private let subject: String

  init(sequence: UInt32, portID: UInt32, request: Request) {
    self.sequence = sequence
    self.portID = portID
    isDump = request.isDump
    wantsAcknowledgement = request.wantsAcknowledgement
    operation = request.operation
    subject = request.subject
  }

  mutating func take(_ datagram: UnsafeRawBufferPointer, decode: (Message) throws(DecodingFailure) -> Item?)
    throws(NetlinkError)
  {
    var messages = MessageSequence(datagram)
    var count = 0
    while let message = messages.next() {
      guard !isComplete else { throw malformed("a message follows the end of the answer") }
      try take(message, decode: decode)
      count += 1
    }
    guard count > 0, messages.isWhole else { throw malformed("truncated message in \(datagram.count) bytes") }
  }

  private mutating func take(_ message: Message, decode: (Message) throws(DecodingFailure) -> Item?)
    throws(NetlinkError)
  {
    guard message.header.nlmsg_seq == sequence else {
      throw malformed("sequence number \(message.header.nlmsg_seq), expected \(sequence)")
    }
    guard message.header.nlmsg_pid == portID else {
      throw malformed("port id \(message.header.nlmsg_pid), expected \(portID)")
    }
    if message.has(NLM_F_DUMP_INTR) { isInconsistent = true }
    switch message.type {
    case Int(NLMSG_NOOP): return
    case Int(NLMSG_OVERRUN): throw NetlinkError(errno: .noBufferSpace, operation: operation, subject: subject)
    case Int(NLMSG_ERROR), Int(NLMSG_DONE): try finish(message)
    default: try append(message, decode: decode)
    }
  }

  private mutating func finish(_ message: Message) throws(NetlinkError) {
    guard let acknowledgement = Acknowledgement(message) else { throw malformed("acknowledgement without an errno") }
    if let errno = acknowledgement.errno {
      throw NetlinkError(errno: errno, operation: operation, subject: subject, detail: acknowledgement.text)
    }
    guard isDump == (message.type == Int(NLMSG_DONE)) else {
      throw malformed(isDump ? "acknowledgement within a listing" : "end of a listing that was not asked for")
    }
    isComplete = true
  }

  private mutating func append(_ message: Message, decode: (Message) throws(DecodingFailure) -> Item?)
    throws(NetlinkError)
  {
    do throws(DecodingFailure) {
      if let item = try decode(message) { items.append(item) }
    } catch {
      throw malformed(error.reason)
    }
    // A single object that was asked for without an acknowledgement is the whole answer.
    if !isDump && !wantsAcknowledgement { isComplete = true }
  }

  private func malformed(_ reason: String) -> NetlinkError {
    NetlinkError(
      .malformedReply, errno: .protocolError, operation: operation, subject: subject, detail: reason)
  }
}
