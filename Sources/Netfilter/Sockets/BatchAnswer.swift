import CMnl
import Netlink
import SystemPackage

/// The kernel's answer to a batch: an error for each command that failed, in their order, and an acknowledgement of the
/// last command; or one error for the beginning, which stands for the batch as a whole.
struct BatchAnswer {
  /// The first command's that failed.
  private(set) var failure: NetfilterError?
  private(set) var isComplete = false
  /// Whether nothing more is to come.
  private(set) var isWhole = false
  private let batch: Batch
  private let portID: UInt32
  private var hasOverrun = false
  private var defect: String?

  init(to batch: Batch, portID: UInt32) {
    self.batch = batch
    self.portID = portID
  }

  /// Takes one datagram of the kernel's; EPROTO when it is none that was to come.
  mutating func take(_ datagram: UnsafeRawBufferPointer) throws(Errno) {
    var messages = MessageSequence(datagram)
    var count = 0
    while let message = messages.next() {
      try take(message)
      count += 1
    }
    guard count > 0, messages.isWhole else { throw refuse("truncated message in \(datagram.count) bytes") }
    // What did not fit into the socket's buffer came behind.
    if hasOverrun, failure != nil { isComplete = true }
  }

  private mutating func take(_ message: Message) throws(Errno) {
    if message.type == Int(NLMSG_NOOP) { return }
    let sequence = message.header.nlmsg_seq
    guard message.header.nlmsg_pid == portID else {
      throw refuse("port id \(message.header.nlmsg_pid), expected \(portID)")
    }
    guard sequence &- batch.firstSequence < batch.sequences else {
      throw refuse("sequence number \(sequence), expected one of \(batch.sequences) from \(batch.firstSequence) on")
    }
    guard message.type == Int(NLMSG_ERROR), let acknowledgement = Acknowledgement(message) else {
      throw refuse("a message of type \(message.type) that acknowledges nothing")
    }
    let isBeginning = sequence == batch.firstSequence
    if failure == nil || isBeginning {
      failure = batch.failure(acknowledgement, sequence: sequence) ?? failure
    }
    isWhole = sequence == batch.lastSequence && !hasOverrun
    if isWhole || sequence == batch.lastSequence || isBeginning && failure != nil { isComplete = true }
  }

  private mutating func refuse(_ reason: String) -> Errno {
    defect = reason
    return .protocolError
  }

  /// Goes on behind an overrun, in case the first failure came before it; else throws what kept the rest from coming.
  mutating func breakOff(_ errno: Errno) throws(NetfilterError) {
    if errno == .noBufferSpace, !hasOverrun {
      hasOverrun = true
      if failure != nil { isComplete = true }
      return
    }
    throw NetfilterError(
      defect == nil ? nil : .malformedReply, errno: errno, command: batch.transaction.words, detail: defect)
  }
}
