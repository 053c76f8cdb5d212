// The generic methods witness the protocols' fourteen requirements for single types as well.

struct KeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let node: DecodingNode
  let values: JSONObject

  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { values.keys.compactMap(Key.init(stringValue:)) }

  func contains(_ key: Key) -> Bool {
    node.noteAsked(key.stringValue)
    guard !values.isEmpty else { return false }
    return switch node.dialect {
    case .plain: values[key.stringValue] != nil
    case .anyCase: values.key(ignoringCase: key.stringValue) != nil
    case .proto3: values[key.stringValue] != nil || values[key.stringValue.snakeCased] != nil
    }
  }

  func decodeNil(forKey key: Key) throws -> Bool { try value(key)?.isNull ?? true }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try node.decode(type, field: value(key), named: key.stringValue)
  }

  private func value(_ key: Key) throws(DocumentError) -> JSON? {
    let name = key.stringValue
    node.noteAsked(name)
    guard !values.isEmpty else { return nil }
    guard node.dialect == .proto3 else {
      return node.dialect == .plain ? values[name] : values.value(ignoringCase: name)
    }
    let snake = name.snakeCased
    guard snake != name, let value = values[snake] else { return values[name] }
    guard values[name] == nil else {
      throw .invalid(path: .field(node.path, name), reason: "given twice, as \"\(name)\" and as \"\(snake)\"")
    }
    return value
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> { throw node.nested() }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    throw node.nested()
  }

  func superDecoder() throws -> any Decoder { node }
  func superDecoder(forKey key: Key) throws -> any Decoder { throw node.nested() }
}

struct UnkeyedDecoding: UnkeyedDecodingContainer {
  let node: DecodingNode
  let elements: [JSON]
  private(set) var currentIndex = 0

  init(node: DecodingNode, elements: [JSON]) {
    self.node = node
    self.elements = elements
  }

  var codingPath: [any CodingKey] { [] }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex >= elements.count }

  mutating func decodeNil() -> Bool { false }  // an element is never absent

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    guard !isAtEnd else { throw DocumentError.invalid(path: node.path, reason: "has no more elements") }
    let index = currentIndex
    currentIndex += 1
    return try node.decode(type, element: elements[index], at: .index(node.path, index))
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> { throw node.nested() }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    throw node.nested()
  }

  mutating func superDecoder() throws -> any Decoder { throw node.nested() }
}

struct SingleDecoding: SingleValueDecodingContainer {
  let node: DecodingNode

  var codingPath: [any CodingKey] { [] }

  func decodeNil() -> Bool { node.value.isNull }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try node.decode(type, element: node.value, at: node.path)
  }
}
