import CMnl

/// One rtnetlink request under construction: a header, the family's fixed part and attributes, in libmnl's hands.
///
/// It carries what an error about it shall say. The capacity suffices for every request this module makes, whose
/// attributes are all bounded.
struct Request: ~Copyable {
  let operation: String
  let subject: String
  private let memory: UnsafeMutableRawBufferPointer
  private let header: UnsafeMutablePointer<nlmsghdr>

  init(_ operation: String, _ subject: String, type: Int, flags: Int32) {
    self.operation = operation
    self.subject = subject
    memory = .allocate(byteCount: 1024, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    guard let base = memory.baseAddress, let header = mnl_nlmsg_put_header(base) else {
      preconditionFailure("a buffer of 1 KiB holds a netlink header")
    }
    self.header = header
    self.header.pointee.nlmsg_type = UInt16(type)
    self.header.pointee.nlmsg_flags = UInt16(NLM_F_REQUEST | flags)
  }

  deinit { memory.deallocate() }

  /// Whether the answer is a listing that ends with NLMSG_DONE.
  var isDump: Bool { Int32(header.pointee.nlmsg_flags) & NLM_F_DUMP == NLM_F_DUMP }

  /// Whether the answer ends with an acknowledgement.
  var wantsAcknowledgement: Bool { Int32(header.pointee.nlmsg_flags) & NLM_F_ACK != 0 }

  /// The finished message under a sequence number.
  func withBytes<T, E: Error>(sequence: UInt32, _ body: (UnsafeRawBufferPointer) throws(E) -> T) throws(E) -> T {
    header.pointee.nlmsg_seq = sequence
    return try body(UnsafeRawBufferPointer(rebasing: memory[..<Int(header.pointee.nlmsg_len)]))
  }

  /// Appends the fixed part that follows the netlink header, or the one that begins a nested attribute.
  mutating func putFixed<Header: BitwiseCopyable>(_ value: Header) {
    precondition(Int(header.pointee.nlmsg_len) + MemoryLayout<Header>.size <= memory.count, "request too long")
    mnl_nlmsg_put_extra_header(header, MemoryLayout<Header>.size).storeBytes(of: value, as: Header.self)
  }

  mutating func put(_ type: Int, bytes: [UInt8]) {
    let fits = bytes.withUnsafeBytes {
      mnl_attr_put_check(header, memory.count, UInt16(type), $0.count, $0.baseAddress)
    }
    precondition(fits, "request too long")
  }

  mutating func put(_ type: Int, _ value: UInt32) {
    precondition(mnl_attr_put_u32_check(header, memory.count, UInt16(type), value), "request too long")
  }

  /// Appends a string with its terminating zero.
  mutating func put(_ type: Int, _ value: String) {
    put(type, bytes: Array(value.utf8) + [0])
  }

  /// Appends an attribute whose payload is what `body` appends.
  mutating func nest(_ type: Int, _ body: (inout Request) -> Void) {
    guard let start = mnl_attr_nest_start_check(header, memory.count, UInt16(type)) else {
      preconditionFailure("request too long")
    }
    body(&self)
    mnl_attr_nest_end(header, start)
  }
}
