/// A JSON value that keeps what it was read from: number tokens as they were spelled, and the order of keys.
///
/// It exists because a CNI runtime hands on configurations that it does not understand. Foundation's JSON (like Go's) turns
/// `1.0` into `1` and `12345678901234567890` into a floating-point number, and loses the order of keys; this one changes
/// nothing but white space, the spelling of escapes, and duplicate keys, of which the last one wins (as in Go).
///
/// Two values are equal when they mean the same: the order of an object's keys does not count, the spelling of numbers does.
public enum JSON: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number, as the token that was read; whoever makes one answers for its grammar (see `integer(_:)`).
  case number(String)
  /// A string, its escapes resolved; a lone surrogate escape has become U+FFFD (as in Go).
  case string(String)
  /// An array.
  case array([JSON])
  /// An object, its keys in their order.
  case object(JSONObject)
}

extension JSON {
  /// A number from an integer.
  public static func integer(_ value: some BinaryInteger) -> JSON { .number(String(value)) }

  /// The string, when this is one.
  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The truth value, when this is one.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The elements, when this is an array.
  public var array: [JSON]? {
    guard case .array(let value) = self else { return nil }
    return value
  }

  /// The members, when this is an object.
  public var object: JSONObject? {
    guard case .object(let value) = self else { return nil }
    return value
  }

  /// Whether this is `null`.
  public var isNull: Bool {
    guard case .null = self else { return false }
    return true
  }

  /// The value under a key; nil when this is no object or has no such key.
  public subscript(key: String) -> JSON? { object?[key] }

  /// The element at an index; nil when this is no array or the index lies outside it.
  public subscript(index: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// What kind of value this is, in JSON's own words, for messages.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}

extension JSON: Hashable {
  /// Whether both mean the same; the order of keys does not count, the spelling of numbers does.
  public static func == (a: JSON, b: JSON) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .number(let token): hasher.combine(token)
    case .string(let value): value.hashBytes(into: &hasher)
    case .array(let elements): hasher.combine(elements)
    case .object(let members): hasher.combine(members)
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  /// An array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// An object; of equal keys the last one wins.
  public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
}
