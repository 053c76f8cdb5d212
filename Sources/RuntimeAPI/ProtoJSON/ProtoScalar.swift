public import JSON

/// A field type that is one JSON value in proto3 JSON: booleans, strings, numbers and enums.
public protocol ProtoScalar: JSONScalar, Codable {
  /// The JSON value that is written.
  var proto: JSON { get }
}

extension Bool: ProtoScalar {
  /// `true` or `false`.
  public var proto: JSON { .bool(self) }
}

extension String: ProtoScalar {
  /// A string.
  public var proto: JSON { .string(self) }
}

extension Double: ProtoScalar {
  /// A number; what JSON has no number for is written in quotes.
  public var proto: JSON {
    if isNaN { return .string("NaN") }
    if isInfinite { return .string(self < 0 ? "-Infinity" : "Infinity") }
    return .number(self == rounded() && magnitude < 1e15 ? String(Int64(self)) : description)
  }
}

extension FixedWidthInteger where Self: ProtoScalar {
  /// A number of 32 bits is written as one, a number of 64 bits in quotes: JavaScript would round it.
  public var proto: JSON { Self.bitWidth > 32 ? .string(description) : .number(description) }
}

extension Int32: ProtoScalar {}
extension Int64: ProtoScalar {}
extension UInt32: ProtoScalar {}
extension UInt64: ProtoScalar {}
