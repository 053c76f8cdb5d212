import CMnl

/// One netlink request: a header, the family's fixed part and attributes, and the words for an error about it.
///
/// Lengths are put in where a part ends: by ``encoded(sequence:)`` and ``nest(_:_:)``.
package struct Request: Sendable {
  let operation: String
  let subject: String
  private var bytes: [UInt8] = []

  package init(_ operation: String, _ subject: String, type: Int, flags: Int32) {
    self.operation = operation
    self.subject = subject
    var header = nlmsghdr()
    header.nlmsg_type = UInt16(type)
    header.nlmsg_flags = UInt16(NLM_F_REQUEST | flags)
    bytes.reserveCapacity(256)
    putFixed(header)
  }

  private var header: nlmsghdr { bytes.withUnsafeBytes { $0.loadUnaligned(as: nlmsghdr.self) } }

  /// Whether the answer is a listing that ends with NLMSG_DONE.
  var isDump: Bool { Int32(header.nlmsg_flags) & NLM_F_DUMP == NLM_F_DUMP }

  /// Whether the answer ends with an acknowledgement.
  var wantsAcknowledgement: Bool { Int32(header.nlmsg_flags) & NLM_F_ACK != 0 }

  /// The finished message under a sequence number, padded to where another one may follow.
  func encoded(sequence: UInt32) -> [UInt8] {
    var header = header
    header.nlmsg_len = UInt32(bytes.count)
    header.nlmsg_seq = sequence
    var message = bytes
    withUnsafeBytes(of: header) { message.replaceSubrange(..<$0.count, with: $0) }
    return message
  }

  /// Appends the fixed part that follows the netlink header, or the one that begins a nested attribute.
  package mutating func putFixed<Header: BitwiseCopyable>(_ value: Header) {
    withUnsafeBytes(of: value) { bytes += $0 }
    pad()
  }

  package mutating func put(_ type: Int, bytes payload: some Collection<UInt8>) {
    put(type) { $0.bytes += payload }
  }

  /// Appends a number in the machine's byte order.
  package mutating func put(_ type: Int, _ value: some FixedWidthInteger) {
    put(type) { request in withUnsafeBytes(of: value) { request.bytes += $0 } }
  }

  /// Appends a structure.
  mutating func put(_ type: Int, fixed value: some BitwiseCopyable) {
    put(type) { request in withUnsafeBytes(of: value) { request.bytes += $0 } }
  }

  /// Appends a string with its terminating zero.
  package mutating func put(_ type: Int, _ value: String) {
    put(type, bytes: Array(value.utf8) + [0])
  }

  /// Appends an attribute whose payload is what `body` appends.
  package mutating func nest(_ type: Int, _ body: (inout Request) -> Void) {
    put(type | Int(BERTH_NLA_F_NESTED), body)
  }

  private mutating func put(_ type: Int, _ body: (inout Request) -> Void) {
    let start = bytes.count
    bytes += [UInt8](repeating: 0, count: MemoryLayout<nlattr>.size)
    body(&self)
    // All that this module puts into an attribute is bounded.
    let attribute = nlattr(nla_len: UInt16(bytes.count - start), nla_type: UInt16(type))
    withUnsafeBytes(of: attribute) { bytes.replaceSubrange(start..<start + $0.count, with: $0) }
    pad()
  }

  private mutating func pad() {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }
}
