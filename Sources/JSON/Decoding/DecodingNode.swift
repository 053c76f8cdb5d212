/// One value of a document being decoded, and the fields that were asked of it.
final class DecodingNode: Decoder {
  let value: JSON
  let path: FieldPath
  private let session: DecodingSession
  private var asked: [String] = []
  /// The same once they are many: a map that is decoded by its own keys is asked for as many as it has.
  private var manyAsked: Set<[UInt8]> = []
  private static let few = 16

  init(_ value: JSON, at path: FieldPath, _ session: DecodingSession) {
    self.value = value
    self.path = path
    self.session = session
  }

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }
  var dialect: DocumentDecoder.Dialect { session.decoder.dialect }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(KeyedDecoding(node: self, values: try members()))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    switch value {
    case .array(let elements):
      try check(entries: elements.count)
      return UnkeyedDecoding(node: self, elements: elements)
    case .null: return UnkeyedDecoding(node: self, elements: [])
    default: throw invalid(expected: "an array")
    }
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { SingleDecoding(node: self) }

  /// The members of an object; of `null`, none.
  func members() throws(DocumentError) -> JSONObject {
    switch value {
    case .object(let members): members
    case .null: [:]
    default: throw invalid(expected: "an object")
    }
  }

  /// Refuses a list or map of too many entries.
  func check(entries: Int) throws(DocumentError) {
    let most = session.decoder.maximumEntries
    guard entries > most else { return }
    throw .invalid(path: path, reason: "\(entries) entries; \(most) is the most")
  }

  /// Decodes a field, which may be absent.
  func decode<T: Decodable>(_ type: T.Type, field value: JSON?, named name: String) throws -> T {
    let path = FieldPath.field(path, name)
    if let value, !value.isNull { return try decode(type, element: value, at: path) }
    guard dialect == .proto3 else { throw DocumentError.invalid(path: path, reason: "is missing") }
    if let scalar = T.self as? any JSONScalar.Type, let absent = scalar.absent as? T { return absent }
    return try decode(type, value: .null, at: path)
  }

  /// Decodes a value that must be there: the document itself, an array's element, a map's value.
  func decode<T: Decodable>(_ type: T.Type, element value: JSON, at path: FieldPath) throws -> T {
    guard !value.isNull else { throw DecodingNode(value, at: path, session).invalid(expected: type) }
    return try decode(type, value: value, at: path)
  }

  private func decode<T: Decodable>(_ type: T.Type, value: JSON, at path: FieldPath) throws -> T {
    let node = DecodingNode(value, at: path, session)
    if let scalar = T.self as? any JSONScalar.Type {
      guard let result = scalar.init(json: value, dialect) as? T else { throw node.invalid(expected: type) }
      return result
    }
    if let map = T.self as? any DecodableMap.Type, let result = try map.init(node) as? T { return result }
    let result = try T(from: node)
    node.reportUnknownFields(of: T.self)
    return result
  }

  func noteAsked(_ name: String) {
    guard asked.count > Self.few else {
      if !asked.contains(name) { asked.append(name) }
      return
    }
    if manyAsked.isEmpty { manyAsked = Set(asked.map { Array($0.utf8) }) }
    if manyAsked.insert(Array(name.utf8)).inserted { asked.append(name) }
  }

  private func reportUnknownFields(of type: Any.Type) {
    guard case .object(let members) = value else { return }
    let known = asked.flatMap { keys(of: $0, in: members) }
    let many = known.count > Self.few && members.count > Self.few ? Set(known.map { Array($0.utf8) }) : nil
    for member in members where !session.isFull {
      let isKnown = many?.contains(Array(member.key.utf8)) ?? known.contains { $0.hasSameBytes(as: member.key) }
      guard !isKnown else { continue }
      let nested = (type as? any NestingObject.Type)?.nestedFields ?? []
      session.add(UnknownField(member.key, at: path, known: asked, nested: nested, dialect))
    }
  }

  /// The keys that a name stands for.
  private func keys(of name: String, in members: JSONObject) -> [String] {
    switch dialect {
    case .plain: [name]
    case .anyCase: members.key(ignoringCase: name).map { [$0] } ?? []
    case .proto3: [name, name.snakeCased]
    }
  }

  func nested() -> DocumentError { .invalid(path: path, reason: "objects have no nested containers") }

  func invalid(expected type: Any.Type) -> DocumentError {
    let words =
      switch type {
      case let scalar as any JSONScalar.Type: scalar.expectation
      case is [Any].Type: "an array"
      default: "an object"
      }
    return invalid(expected: words)
  }

  private func invalid(expected words: String) -> DocumentError {
    .invalid(path: path, reason: "expected \(words), got \(value.summary)")
  }
}

extension JSON {
  /// The value in a few words, for an error message.
  fileprivate var summary: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string(let text):
      // Cut before it is written out too: nobody should wait until a megabyte has been escaped.
      JSON.string(text.beginning(64)).text().abbreviated
    case .null, .bool, .number: text().abbreviated
    }
  }
}
