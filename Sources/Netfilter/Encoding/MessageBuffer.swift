import CMnl
import CNftnl
import SystemPackage

/// Netlink messages one behind the other, each written by libnftnl.
struct MessageBuffer: ~Copyable {
  /// libnftnl does not look where a buffer ends. The longest message is a rule of 128 expressions, far below 300 bytes
  /// each.
  private static let scratchSize = 64 << 10

  private(set) var bytes: [UInt8] = []
  private let scratch: UnsafeMutablePointer<CChar>

  init() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: Self.scratchSize, alignment: 16)
    scratch = memory.initializeMemory(as: CChar.self, repeating: 0, count: Self.scratchSize)
  }

  deinit { scratch.deallocate() }

  /// Appends a message whose payload `body` writes.
  mutating func append(
    _ type: some BinaryInteger, family: Table.Family, flags: Int32, sequence: UInt32,
    _ body: (UnsafeMutablePointer<nlmsghdr>) -> Void
  ) throws(Errno) {
    let header = nftnl_nlmsg_build_hdr(scratch, UInt16(type), family.netfilter, UInt16(flags), sequence)
    guard let header else { throw .noMemory }
    body(header)
    append(header.pointee.nlmsg_len)
  }

  /// Appends the message that begins a batch.
  mutating func appendBegin(sequence: UInt32, generation: UInt32?) {
    guard let header = nftnl_batch_begin(scratch, sequence) else { return }
    if let generation { mnl_attr_put_u32(header, UInt16(NFNL_BATCH_GENID.rawValue), generation.bigEndian) }
    append(header.pointee.nlmsg_len)
  }

  /// Appends the message that has a batch carried out.
  mutating func appendEnd(sequence: UInt32) {
    guard let header = nftnl_batch_end(scratch, sequence) else { return }
    append(header.pointee.nlmsg_len)
  }

  private mutating func append(_ length: UInt32) {
    bytes += UnsafeRawBufferPointer(start: scratch, count: Int(length))
    // libnftnl leaves what it pads with as it was.
    scratch.update(repeating: 0, count: Int(length))
    while bytes.count % 4 != 0 { bytes.append(0) }
  }
}
