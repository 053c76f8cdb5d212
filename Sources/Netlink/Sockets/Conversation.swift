import CMnl
package import SystemPackage

/// Requests and their answers over one socket, one after the other.
///
/// Every message of an answer must bear the request's sequence number and the socket's port id. A listing that the
/// kernel marks inconsistent (NLM_F_DUMP_INTR) or that overran the socket (ENOBUFS) is asked for again.
package struct Conversation: Sendable {
  /// What the kernel uses for its own datagrams at most.
  package static let bufferSize = 32 << 10
  static let attempts = 16

  package let transport: any Transport
  package var sequence: UInt32
  /// Whether what is left of an abandoned answer is still to come.
  package var mustDiscard = false

  package init(_ transport: any Transport, firstSequence: UInt32 = 1) {
    self.transport = transport
    sequence = firstSequence &- 1
  }

  /// Sends a request and gives what `decode` makes of each message of the answer; nil from it leaves a message out.
  package mutating func run<Item>(_ request: Request, decode: (Message) throws(DecodingFailure) -> Item?)
    throws(NetlinkError) -> [Item]
  {
    for _ in 0..<Self.attempts {
      do throws(Interruption) {
        return try attempt(request, decode: decode)
      } catch {
        mustDiscard = true
        if case .failed(let failure) = error { throw failure }
      }
    }
    throw NetlinkError(
      .interrupted, errno: .interrupted, operation: request.operation, subject: request.subject,
      detail: "the listing changed under \(Self.attempts) attempts")
  }

  private enum Interruption: Error {
    case inconsistent
    case failed(NetlinkError)
  }

  private mutating func attempt<Item>(_ request: Request, decode: (Message) throws(DecodingFailure) -> Item?)
    throws(Interruption) -> [Item]
  {
    if mustDiscard { transport.discardPending() }
    mustDiscard = false
    sequence &+= 1
    do throws(Errno) {
      try send(request.encoded(sequence: sequence))
    } catch {
      throw .failed(NetlinkError(errno: error, operation: request.operation, subject: request.subject))
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 16)
    defer { buffer.deallocate() }
    var answer = Answer<Item>(sequence: sequence, portID: transport.portID, request: request)
    while !answer.isComplete {
      let count = try receive(into: buffer, for: request)
      do throws(NetlinkError) {
        try answer.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), decode: decode)
      } catch {
        throw .failed(error)
      }
    }
    if answer.isInconsistent { throw .inconsistent }
    return answer.items
  }

  private func receive(into buffer: UnsafeMutableRawBufferPointer, for request: Request)
    throws(Interruption) -> Int
  {
    do throws(Errno) {
      return try transport.receive(into: buffer)
    } catch {
      // Only a listing may be repeated: a change whose acknowledgement was lost may have been made.
      if error == .noBufferSpace && request.isDump { throw .inconsistent }
      throw .failed(NetlinkError(errno: error, operation: request.operation, subject: request.subject))
    }
  }

  package func send(_ bytes: [UInt8]) throws(Errno) {
    try bytes.withUnsafeBufferPointer { bytes throws(Errno) in try transport.send(UnsafeRawBufferPointer(bytes)) }
  }
}
