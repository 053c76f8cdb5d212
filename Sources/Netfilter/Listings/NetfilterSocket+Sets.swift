import CMnl
import CNftnl
import Netlink
import SystemPackage

extension NetfilterSocket {
  private static var attempts: Int { 16 }

  /// A table's named sets: see ``Ruleset/sets(of:)``.
  public func sets(of table: Table) throws(NetfilterError) -> [Table.Set] {
    try containers(of: table).compactMap { container in
      guard container.valueType == nil else { return nil }
      return Table.Set(table: table, name: container.name, type: container.type, comment: container.comment)
    }
  }

  /// A table's named maps: see ``Ruleset/maps(of:)``.
  public func maps(of table: Table) throws(NetfilterError) -> [Table.Map] {
    try containers(of: table).compactMap { container in
      guard let valueType = container.valueType else { return nil }
      return Table.Map(
        table: table, name: container.name, type: container.type, valueType: valueType, comment: container.comment)
    }
  }

  /// A set's elements: see ``Ruleset/elements(of:)-(Table.Set)``.
  public func elements(of set: Table.Set) throws(NetfilterError) -> [Table.Element] {
    try elements(of: Container(set))
  }

  /// A map's elements: see ``Ruleset/elements(of:)-(Table.Map)``.
  public func elements(of map: Table.Map) throws(NetfilterError) -> [Table.Element] {
    try elements(of: Container(map))
  }

  private func containers(of table: Table) throws(NetfilterError) -> [Container] {
    var request = Request(list: "sets of table \(table.words)", NFT_MSG_GETSET, family: table.family)
    request.put(Int(NFTA_SET_TABLE.rawValue), table.name)
    do throws(NetfilterError) {
      return try query(request) { message throws(DecodingFailure) in try Container(message, of: table) }
    } catch {
      // Chains and rules of a table that is not there are none, too.
      if error.code == .notFound { return [] }
      throw error
    }
  }

  private func elements(of container: Container) throws(NetfilterError) -> [Table.Element] {
    var request = Request(
      list: "\(container.kind) \(container.words)", NFT_MSG_GETSETELEM, family: container.table.family)
    request.put(Int(NFTA_SET_ELEM_LIST_TABLE.rawValue), container.table.name)
    request.put(Int(NFTA_SET_ELEM_LIST_SET.rawValue), container.name)
    for _ in 0..<Self.attempts {
      // One message holds as many elements as fit into it.
      let parts = try query(request) { message throws(DecodingFailure) in try ElementListing(message, of: container) }
      let elements = parts.flatMap(\.elements)
      // The kernel goes on behind as many as it has told. When it has given a grown set more room meanwhile, some come twice and
      // as many not at all, and nothing else tells.
      let isOfOnePiece = parts.count == 1 || Set(elements.map(\.key)).count == elements.count
      if isOfOnePiece, parts.allSatisfy({ $0.generation == parts[0].generation }) { return elements }
    }
    throw NetfilterError(
      .interrupted, errno: .interrupted, command: "list \(container.kind) \(container.words)",
      detail: "the ruleset changed under \(Self.attempts) attempts")
  }

  /// What is there under an element's key: see ``Ruleset/find(_:)``.
  public func find(_ element: Table.Element) throws(NetfilterError) -> Table.Element? {
    let command = Command(verb: .get, object: .element(element))
    try command.validateAlone()
    let container = element.container
    let subject = "element \(container.words) { \(element.words) }"
    var request = Request("get", subject, type: Int(MessageBuffer.type(NFT_MSG_GETSETELEM)), flags: 0)
    request.putFixed(
      nfgenmsg(nfgen_family: UInt8(container.table.family.netfilter), version: UInt8(NFNETLINK_V0), res_id: 0))
    request.put(Int(NFTA_SET_ELEM_LIST_TABLE.rawValue), container.table.name)
    request.put(Int(NFTA_SET_ELEM_LIST_SET.rawValue), container.name)
    request.nest(Int(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue)) { request in
      request.nest(Int(NFTA_LIST_ELEM.rawValue)) { request in
        request.nest(Int(NFTA_SET_ELEM_KEY.rawValue)) { request in
          request.put(Int(NFTA_DATA_VALUE.rawValue), bytes: element.key.bytes)
        }
      }
    }
    do throws(NetfilterError) {
      return try query(request) { message throws(DecodingFailure) in try ElementListing(message, of: container) }
        .first?.elements.first
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
  }
}

/// What one message of a listing of elements holds.
private struct ElementListing: Sendable {
  /// The low bits of the generation that was listed. The kernel goes on behind as many elements as it has told,
  /// whatever came or went meanwhile, and does not say so: parts of two generations may lack an element or have one
  /// twice.
  let generation: UInt16
  private(set) var elements: [Table.Element] = []

  init(_ message: Message, of container: Container) throws(DecodingFailure) {
    guard let header = message.fixed(nfgenmsg.self) else { throw DecodingFailure("elements without their generation") }
    generation = UInt16(bigEndian: header.res_id)
    guard let list = message.attributes()[Int(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue)] else { return }
    for attribute in list.nested { elements.append(try Table.Element(attribute, of: container)) }
  }
}

extension Container {
  /// nil when it is one of another table's, has no name of its own, or types that this module does not know.
  fileprivate init?(_ message: Message, of table: Table) throws(DecodingFailure) {
    let attributes = message.attributes()
    guard let name = attributes[Int(NFTA_SET_NAME.rawValue)]?.string,
      let tableName = attributes[Int(NFTA_SET_TABLE.rawValue)]?.string,
      let typeNumber = attributes[Int(NFTA_SET_KEY_TYPE.rawValue)]?.number
    else { throw DecodingFailure("a set without a name or type") }
    let flags = attributes[Int(NFTA_SET_FLAGS.rawValue)]?.number ?? 0
    guard tableName == table.name, try message.family() == table.family,
      flags & ~NFT_SET_MAP.rawValue == 0, let type = [DataType](number: typeNumber)
    else { return nil }
    var valueType: [DataType]?
    if flags & NFT_SET_MAP.rawValue != 0 {
      guard let number = attributes[Int(NFTA_SET_DATA_TYPE.rawValue)]?.number,
        let type = [DataType](number: number)
      else { return nil }
      valueType = type
    }
    let data = attributes[Int(NFTA_SET_USERDATA.rawValue)]?.payload
    self.init(
      table: table, name: name, type: type, valueType: valueType,
      comment: data.flatMap { UserData.text(NFTNL_UDATA_SET_COMMENT, in: $0) })
  }
}

extension Table.Element {
  fileprivate init(_ attribute: Attribute, of container: Container) throws(DecodingFailure) {
    let attributes = Attribute.byType(attribute.nested)
    guard let bytes = attributes[Int(NFTA_SET_ELEM_KEY.rawValue)]?.value,
      let key = [DataType.Value](container.type, bytes: bytes)
    else { throw DecodingFailure("an element whose key is none of \(container.type.words)") }
    var value: [DataType.Value]?
    if let valueType = container.valueType {
      guard let bytes = attributes[Int(NFTA_SET_ELEM_DATA.rawValue)]?.value,
        let decoded = [DataType.Value](valueType, bytes: bytes)
      else { throw DecodingFailure("an element whose value is none of \(valueType.words)") }
      value = decoded
    }
    let data = attributes[Int(NFTA_SET_ELEM_USERDATA.rawValue)]?.payload
    self.init(
      container: container, key: key, value: value,
      comment: data.flatMap { UserData.text(NFTNL_UDATA_SET_ELEM_COMMENT, in: $0) })
  }
}

extension Attribute {
  /// What is nested as NFTA_DATA_VALUE.
  fileprivate var value: [UInt8]? {
    nested.first { $0.type == Int(NFTA_DATA_VALUE.rawValue) }.map { Array($0.payload) }
  }
}
