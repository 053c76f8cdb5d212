import CMnl
import CNftnl
import Netlink

extension Request {
  /// A listing of nf_tables; without a family of all.
  init(list subject: String, _ message: nf_tables_msg_types, family: Table.Family?) {
    self.init("list", subject, type: Int(MessageBuffer.type(message)), flags: NLM_F_DUMP)
    putFixed(nfgenmsg(nfgen_family: UInt8(family?.netfilter ?? 0), version: UInt8(NFNETLINK_V0), res_id: 0))
  }
}

extension Message {
  /// The family of an answer of nf_tables; nil when it is none that this module knows.
  func family() throws(DecodingFailure) -> Table.Family? {
    guard let header = fixed(nfgenmsg.self) else { throw DecodingFailure("message without its family") }
    return Table.Family(netfilter: header.nfgen_family)
  }

  /// An answer's attributes, by type; of several of one type the last.
  func attributes() -> [Int: Attribute] {
    Attribute.byType(attributes(after: nfgenmsg.self))
  }
}

extension Attribute {
  static func byType(_ attributes: AttributeSequence) -> [Int: Attribute] {
    attributes.reduce(into: [:]) { $0[$1.type] = $1 }
  }

  /// Numbers of nf_tables are in the network's order of bytes.
  var number: UInt32? { uint32.map { UInt32(bigEndian: $0) } }

  var longNumber: UInt64? { load(as: UInt64.self).map { UInt64(bigEndian: $0) } }
}
