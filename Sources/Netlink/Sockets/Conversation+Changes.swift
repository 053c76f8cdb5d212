import CMnl
import SystemPackage

extension Conversation {
  /// As many as whose acknowledgements a socket's receive buffer holds by far.
  static let changesInDatagram = 64

  /// Sends changes, and gives each one's failure; nil for what was made.
  mutating func perform(_ requests: [Request]) throws(NetlinkError) -> [NetlinkError?] {
    var failures: [NetlinkError?] = []
    var rest = requests[...]
    while !rest.isEmpty {
      failures += try performOneDatagram(Array(rest.prefix(Self.changesInDatagram)))
      rest = rest.dropFirst(Self.changesInDatagram)
    }
    return failures
  }

  private mutating func performOneDatagram(_ requests: [Request]) throws(NetlinkError) -> [NetlinkError?] {
    if mustDiscard { transport.discardPending() }
    // Until the last acknowledgement has come.
    mustDiscard = true
    var acknowledgements = Acknowledgements(of: requests, firstSequence: sequence &+ 1, portID: transport.portID)
    var datagram: [UInt8] = []
    for request in requests {
      sequence &+= 1
      datagram += request.encoded(sequence: sequence)
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 16)
    defer { buffer.deallocate() }
    do throws(Errno) {
      try send(datagram)
      while !acknowledgements.areComplete {
        let count = try transport.receive(into: buffer)
        try acknowledgements.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
    } catch {
      throw acknowledgements.breakdown(error)
    }
    mustDiscard = false
    return acknowledgements.failures
  }
}
