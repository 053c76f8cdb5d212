package import CMnl

/// One netlink message of an answer, valid while the answer's buffer is.
package struct Message {
  package let header: nlmsghdr
  package let payload: UnsafeRawBufferPointer

  package var type: Int { Int(header.nlmsg_type) }

  package func has(_ flag: Int32) -> Bool { Int32(header.nlmsg_flags) & flag != 0 }

  /// The fixed part of the payload; nil when the message is too short for it.
  package func fixed<Header: BitwiseCopyable>(_ type: Header.Type) -> Header? {
    payload.count >= MemoryLayout<Header>.size ? payload.loadUnaligned(as: type) : nil
  }

  /// The attributes behind a fixed part.
  package func attributes<Header: BitwiseCopyable>(after type: Header.Type) -> AttributeSequence {
    attributes(from: MemoryLayout<Header>.size)
  }

  package func attributes(from offset: Int) -> AttributeSequence {
    let start = Swift.min((offset + 3) & ~3, payload.count)
    return AttributeSequence(UnsafeRawBufferPointer(rebasing: payload[start...]))
  }
}

/// The messages of one datagram; `isWhole` tells afterwards whether they filled it without a rest.
package struct MessageSequence: Sequence, IteratorProtocol {
  private var rest: UnsafeRawBufferPointer

  package init(_ datagram: UnsafeRawBufferPointer) { rest = datagram }

  package var isWhole: Bool { rest.isEmpty }

  package mutating func next() -> Message? {
    guard let base = rest.baseAddress else { return nil }
    let header = base.assumingMemoryBound(to: nlmsghdr.self)
    // libmnl takes a length of 2 GiB and more for a negative one, which fits always.
    guard mnl_nlmsg_ok(header, Int32(clamping: rest.count)), header.pointee.nlmsg_len <= rest.count else { return nil }
    let length = Int(header.pointee.nlmsg_len)
    let payload = UnsafeRawBufferPointer(rebasing: rest[MemoryLayout<nlmsghdr>.size..<length])
    let message = Message(header: header.pointee, payload: payload)
    rest = UnsafeRawBufferPointer(rebasing: rest[Swift.min((length + 3) & ~3, rest.count)...])
    return message
  }
}
