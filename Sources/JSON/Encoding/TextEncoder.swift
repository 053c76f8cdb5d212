/// What a value encodes itself to: one value at the place where the text stands.
struct TextEncoder: Encoder, SingleValueEncodingContainer {
  let text: OpenText

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(TextMembers<Key>(text))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { TextElements(text) }
  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func encodeNil() { text.write("null") }
  func encode(_ value: Bool) { text.write(value ? "true" : "false") }
  func encode(_ value: String) { text.write(quoting: value) }
  func encode(_ value: Double) throws { try text.write(value) }
  func encode(_ value: Float) throws { try text.write(value) }
  func encode(_ value: Int) { text.write(String(value)) }
  func encode(_ value: Int8) { text.write(String(value)) }
  func encode(_ value: Int16) { text.write(String(value)) }
  func encode(_ value: Int32) { text.write(String(value)) }
  func encode(_ value: Int64) { text.write(String(value)) }
  func encode(_ value: UInt) { text.write(String(value)) }
  func encode(_ value: UInt8) { text.write(String(value)) }
  func encode(_ value: UInt16) { text.write(String(value)) }
  func encode(_ value: UInt32) { text.write(String(value)) }
  func encode(_ value: UInt64) { text.write(String(value)) }
  func encode(_ value: some Encodable) throws { try text.write(value) }
}

/// The members of an object.
struct TextMembers<Key: CodingKey>: KeyedEncodingContainerProtocol {
  private let text: OpenText
  private let depth: Int

  init(_ text: OpenText) {
    self.text = text
    depth = text.open("{", "}")
  }

  var codingPath: [any CodingKey] { [] }

  private func member(_ key: Key) -> TextEncoder {
    text.next(depth, key)
    return TextEncoder(text: text)
  }

  func encodeNil(forKey key: Key) { member(key).encodeNil() }
  func encode(_ value: Bool, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: String, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: Double, forKey key: Key) throws { try member(key).encode(value) }
  func encode(_ value: Float, forKey key: Key) throws { try member(key).encode(value) }
  func encode(_ value: Int, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: Int8, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: Int16, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: Int32, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: Int64, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: UInt, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: UInt8, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: UInt16, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: UInt32, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: UInt64, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: some Encodable, forKey key: Key) throws { try member(key).encode(value) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    member(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { member(key).unkeyedContainer() }
  func superEncoder() -> any Encoder {
    text.next(depth)
    text.write(quoting: "super")
    text.write(":")
    return TextEncoder(text: text)
  }
  func superEncoder(forKey key: Key) -> any Encoder { member(key) }
}

/// The elements of an array.
struct TextElements: UnkeyedEncodingContainer {
  private let text: OpenText
  private let depth: Int
  private(set) var count = 0

  init(_ text: OpenText) {
    self.text = text
    depth = text.open("[", "]")
  }

  var codingPath: [any CodingKey] { [] }

  private mutating func element() -> TextEncoder {
    text.next(depth)
    count += 1
    return TextEncoder(text: text)
  }

  mutating func encodeNil() { element().encodeNil() }
  mutating func encode(_ value: Bool) { element().encode(value) }
  mutating func encode(_ value: String) { element().encode(value) }
  mutating func encode(_ value: Double) throws { try element().encode(value) }
  mutating func encode(_ value: Float) throws { try element().encode(value) }
  mutating func encode(_ value: Int) { element().encode(value) }
  mutating func encode(_ value: Int8) { element().encode(value) }
  mutating func encode(_ value: Int16) { element().encode(value) }
  mutating func encode(_ value: Int32) { element().encode(value) }
  mutating func encode(_ value: Int64) { element().encode(value) }
  mutating func encode(_ value: UInt) { element().encode(value) }
  mutating func encode(_ value: UInt8) { element().encode(value) }
  mutating func encode(_ value: UInt16) { element().encode(value) }
  mutating func encode(_ value: UInt32) { element().encode(value) }
  mutating func encode(_ value: UInt64) { element().encode(value) }
  mutating func encode(_ value: some Encodable) throws { try element().encode(value) }

  mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    element().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }
  mutating func superEncoder() -> any Encoder { element() }
}
