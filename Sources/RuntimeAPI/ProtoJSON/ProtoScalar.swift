public import JSON

/// A field type that is one JSON value in proto3 JSON: booleans, strings, numbers and enums.
public protocol ProtoScalar: Codable, Hashable, Sendable {
  /// The default: what a field that is absent or `null` holds.
  static var absent: Self { get }
  /// What is expected, for an error message, such as `a string`.
  static var expectation: String { get }
  /// Reads a JSON value; nil if it is of the wrong type or out of range.
  init?(proto value: JSON)
  /// The JSON value that is written.
  var proto: JSON { get }
}

extension Bool: ProtoScalar {
  /// False.
  public static var absent: Bool { false }
  /// Words for an error message.
  public static var expectation: String { "true or false" }
  /// Reads `true` or `false`.
  public init?(proto value: JSON) {
    guard case .bool(let flag) = value else { return nil }
    self = flag
  }
  /// `true` or `false`.
  public var proto: JSON { .bool(self) }
}

extension String: ProtoScalar {
  /// The empty string.
  public static var absent: String { "" }
  /// Words for an error message.
  public static var expectation: String { "a string" }
  /// Reads a string.
  public init?(proto value: JSON) {
    guard case .string(let string) = value else { return nil }
    self = string
  }
  /// A string.
  public var proto: JSON { .string(self) }
}

extension Double: ProtoScalar {
  /// Zero.
  public static var absent: Double { 0 }
  /// Words for an error message.
  public static var expectation: String { "a number" }
  /// Reads a number, also in quotes.
  public init?(proto value: JSON) {
    guard let token = value.numberToken, let number = Double(token) else { return nil }
    self = number
  }
  /// A number; what JSON has no number for is written in quotes.
  public var proto: JSON {
    if isNaN { return .string("NaN") }
    if isInfinite { return .string(self < 0 ? "-Infinity" : "Infinity") }
    return .number(self == rounded() && magnitude < 1e15 ? String(Int64(self)) : description)
  }
}

extension FixedWidthInteger where Self: ProtoScalar {
  /// Zero.
  public static var absent: Self { 0 }
  /// Words for an error message.
  public static var expectation: String { "\(isSigned ? "a" : "an unsigned") \(bitWidth)-bit number" }
  /// Reads a whole number, also in quotes, also written with a point or an exponent.
  public init?(proto value: JSON) {
    guard let token = value.numberToken else { return nil }
    if let number = Self(token), !token.hasPrefix("+") {
      self = number
    } else if case .number = value, let number = Double(token), let exact = Self(exactly: number) {
      self = exact
    } else {
      return nil
    }
  }
  /// A number of 32 bits is written as one, a number of 64 bits in quotes: JavaScript would round it.
  public var proto: JSON { Self.bitWidth > 32 ? .string(description) : .number(description) }
}

extension Int32: ProtoScalar {}
extension Int64: ProtoScalar {}
extension UInt32: ProtoScalar {}
extension UInt64: ProtoScalar {}

extension JSON {
  fileprivate var numberToken: String? {
    switch self {
    case .number(let token), .string(let token): token
    default: nil
    }
  }
}
