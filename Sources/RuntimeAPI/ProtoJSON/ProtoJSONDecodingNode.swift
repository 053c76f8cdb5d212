import JSON

/// One value of a document being decoded, and the fields that were asked of it.
final class ProtoJSONDecodingNode: Decoder {
  let value: JSON
  let path: FieldPath
  private let report: UnknownFieldReport
  private var asked: [String] = []

  init(_ value: JSON, at path: FieldPath, _ report: UnknownFieldReport) {
    self.value = value
    self.path = path
    self.report = report
  }

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(ProtoJSONKeyedDecoding(node: self, values: try members()))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    switch value {
    case .array(let elements): ProtoJSONUnkeyedDecoding(node: self, elements: elements)
    case .null: ProtoJSONUnkeyedDecoding(node: self, elements: [])
    default: throw invalid(expected: "an array")
    }
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { ProtoJSONSingleDecoding(node: self) }

  /// The members of an object; of `null`, none.
  func members() throws(ProtoJSONError) -> JSONObject {
    switch value {
    case .object(let members): members
    case .null: [:]
    default: throw invalid(expected: "an object")
    }
  }

  /// Decodes a field, which may be absent.
  func decode<T: Decodable>(_ type: T.Type, field value: JSON?, named name: String) throws -> T {
    let path = FieldPath.field(path, name)
    if let value, !value.isNull { return try decode(type, element: value, at: path) }
    if let scalar = T.self as? any ProtoScalar.Type, let absent = scalar.absent as? T { return absent }
    return try decode(type, value: .null, at: path)
  }

  /// Decodes a value that must be there: the message itself, an array's element, a map's value.
  func decode<T: Decodable>(_ type: T.Type, element value: JSON, at path: FieldPath) throws -> T {
    guard !value.isNull else { throw ProtoJSONDecodingNode(value, at: path, report).invalid(expected: type) }
    return try decode(type, value: value, at: path)
  }

  private func decode<T: Decodable>(_ type: T.Type, value: JSON, at path: FieldPath) throws -> T {
    let node = ProtoJSONDecodingNode(value, at: path, report)
    if let scalar = T.self as? any ProtoScalar.Type {
      guard let result = scalar.init(proto: value) as? T else { throw node.invalid(expected: type) }
      return result
    }
    if let map = T.self as? any ProtoMap.Type, let result = try map.decode(node) as? T { return result }
    let result = try T(from: node)
    node.reportUnknownFields(of: T.self)
    return result
  }

  func noteAsked(_ name: String) {
    if !asked.contains(name) { asked.append(name) }
  }

  private func reportUnknownFields(of type: Any.Type) {
    guard case .object(let members) = value else { return }
    let known = Set(asked + asked.map(\.snakeCased))
    for member in members where !known.contains(member.key) && !report.isFull {
      let nested = (type as? any ExampleMessage.Type)?.nestedFields ?? []
      report.add(UnknownField(member.key, at: path, known: asked, nested: nested))
    }
  }

  func nested() -> ProtoJSONError {
    .invalid(path: path.description, reason: "messages have no nested containers")
  }

  func invalid(expected type: Any.Type) -> ProtoJSONError {
    let words =
      switch type {
      case let scalar as any ProtoScalar.Type: scalar.expectation
      case is [Any].Type: "an array"
      default: "an object"
      }
    return invalid(expected: words)
  }

  func invalid(expected words: String) -> ProtoJSONError {
    .invalid(path: path.description, reason: "expected \(words), got \(value.summary)")
  }
}

extension JSON {
  /// The value in a few words, for an error message.
  fileprivate var summary: String {
    switch self {
    case .object: return "an object"
    case .array: return "an array"
    case .null, .bool, .number, .string:
      return text().abbreviated
    }
  }
}
