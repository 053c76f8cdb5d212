import JSON

/// One value of a document being built.
final class ProtoJSONEncodingNode: Encoder {
  fileprivate let options: ProtoJSONEncoder
  fileprivate(set) var json: JSON = .object([:])

  init(_ options: ProtoJSONEncoder) { self.options = options }

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedEncoding<Key>(node: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    json = .array([])
    return UnkeyedEncoding(node: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { SingleEncoding(node: self) }

  fileprivate func set(_ key: String, _ value: JSON) {
    guard case .object(var members) = json else { return }
    json = .null  // so that the members are not copied
    members[key] = value
    json = .object(members)
  }

  fileprivate func append(_ element: JSON) {
    guard case .array(var elements) = json else { return }
    json = .null  // so that the array is not copied
    elements.append(element)
    json = .array(elements)
  }

  fileprivate func unsupported() -> EncodingError {
    .invalidValue(self, .init(codingPath: [], debugDescription: "messages have no nested containers"))
  }
}

// The generic methods witness the protocols' fourteen requirements for single types as well.

private struct KeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: ProtoJSONEncodingNode
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) {}

  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    let json = try node.options.value(value)
    if !node.options.leavesOut(value, as: json) { node.set(key.stringValue, json) }
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> { ProtoJSONEncodingNode(node.options).container(keyedBy: keyType) }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    ProtoJSONEncodingNode(node.options).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { node }
  func superEncoder(forKey key: Key) -> any Encoder { ProtoJSONEncodingNode(node.options) }
}

private struct UnkeyedEncoding: UnkeyedEncodingContainer {
  let node: ProtoJSONEncodingNode
  private(set) var count = 0
  var codingPath: [any CodingKey] { [] }

  init(node: ProtoJSONEncodingNode) { self.node = node }

  mutating func encodeNil() { node.append(.null) }

  mutating func encode<T: Encodable>(_ value: T) throws {
    node.append(try node.options.value(value))
    count += 1
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> { ProtoJSONEncodingNode(node.options).container(keyedBy: keyType) }
  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    ProtoJSONEncodingNode(node.options).unkeyedContainer()
  }
  mutating func superEncoder() -> any Encoder { node }
}

private struct SingleEncoding: SingleValueEncodingContainer {
  let node: ProtoJSONEncodingNode
  var codingPath: [any CodingKey] { [] }

  func encodeNil() { node.json = .null }
  func encode<T: Encodable>(_ value: T) throws { node.json = try node.options.value(value) }
}
