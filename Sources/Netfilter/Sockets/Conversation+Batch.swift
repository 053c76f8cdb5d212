import CMnl
import Netlink
import SystemPackage

extension Conversation {
  /// Sends a transaction in one datagram and waits for what becomes of it.
  mutating func perform(_ transaction: Transaction, isTrial: Bool) throws(NetfilterError) {
    if mustDiscard { transport.discardPending() }
    let batch = Batch(transaction: transaction, isTrial: isTrial, firstSequence: sequence &+ 1)
    let bytes = try batch.encoded()
    sequence &+= batch.sequences
    // Until the last answer has come.
    mustDiscard = true
    do throws(Errno) {
      try send(bytes)
    } catch {
      throw NetfilterError(errno: error, command: transaction.words)
    }
    var answer = BatchAnswer(to: batch, portID: transport.portID)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 16)
    defer { buffer.deallocate() }
    while !answer.isComplete {
      do throws(Errno) {
        let count = try transport.receive(into: buffer)
        try answer.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      } catch {
        try answer.breakOff(error)
      }
    }
    mustDiscard = !answer.isWhole
    if let failure = answer.failure { throw failure }
  }
}
