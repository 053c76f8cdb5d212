import Netlink

/// Listings that are asked of the kernel in one network namespace, that of the thread which opened it.
///
/// The numbers are those of linux/rtnetlink.h and its neighbours, which never change.
struct KernelListing {
  private var conversation: Conversation

  /// NETLINK_ROUTE, or another protocol.
  init(protocol number: Int32 = 0) throws { conversation = Conversation(try MnlTransport(protocol: number)) }

  /// All that the kernel has of a kind. `decode` gives nil for what is to be left out.
  mutating func all<Header: BitwiseCopyable, Item>(
    _ subject: String, type: Int, header: Header, _ attributes: (inout Netlink.Request) -> Void = { _ in },
    _ decode: (Message) -> Item?
  ) throws -> [Item] {
    // NLM_F_DUMP.
    var request = Netlink.Request("list", subject, type: type, flags: 0x300)
    request.putFixed(header)
    attributes(&request)
    return try conversation.run(request) { message throws(DecodingFailure) in decode(message) }
  }
}

extension Message {
  /// The attributes behind a fixed part of so many bytes, by number; of several alike the last.
  func values(after size: Int) -> [Int: Attribute] {
    attributes(from: size).reduce(into: [:]) { $0[$1.type] = $1 }
  }
}

extension Attribute {
  /// What is in it, by number.
  var values: [Int: Attribute] { nested.reduce(into: [:]) { $0[$1.type] = $1 } }
}

/// struct ifinfomsg.
struct LinkHeader: BitwiseCopyable {
  var family: UInt8 = 0
  var padding: UInt8 = 0
  var type: UInt16 = 0
  var index: Int32 = 0
  var flags: UInt32 = 0
  var change: UInt32 = 0
}

/// struct ifaddrmsg.
struct AddressHeader: BitwiseCopyable {
  var family: UInt8 = 0
  var length: UInt8 = 0
  var flags: UInt8 = 0
  var scope: UInt8 = 0
  var index: Int32 = 0
}

/// struct rtmsg; struct fib_rule_hdr has the action where this one has the type.
struct RouteHeader: BitwiseCopyable {
  var family: UInt8 = 0
  var destinationLength: UInt8 = 0
  var sourceLength: UInt8 = 0
  var typeOfService: UInt8 = 0
  var table: UInt8 = 0
  var origin: UInt8 = 0
  var scope: UInt8 = 0
  var type: UInt8 = 0
  var flags: UInt32 = 0
}

/// struct ndmsg.
struct NeighbourHeader: BitwiseCopyable {
  var family: UInt8 = 0
  var padding: UInt8 = 0
  var morePadding: UInt16 = 0
  var index: Int32 = 0
  var state: UInt16 = 0
  var flags: UInt8 = 0
  var type: UInt8 = 0
}

/// struct tcmsg.
struct QdiscHeader: BitwiseCopyable {
  var family: UInt8 = 0
  var padding: UInt8 = 0
  var morePadding: UInt16 = 0
  var index: Int32 = 0
  var handle: UInt32 = 0
  var parent: UInt32 = 0
  var info: UInt32 = 0
}

/// struct nfgenmsg.
struct NetfilterHeader: BitwiseCopyable {
  var family: UInt8 = 0
  var version: UInt8 = 0
  var resource: UInt16 = 0
}
