/// A type that is one value in JSON: booleans, strings, numbers, names.
public protocol JSONScalar: Decodable, Hashable, Sendable {
  /// What an absent field holds in proto3.
  static var absent: Self { get }
  /// What is expected, for an error message, such as `a string`.
  static var expectation: String { get }
  /// Reads a JSON value; nil if it is of the wrong type or out of range.
  init?(json value: JSON, _ dialect: DocumentDecoder.Dialect)
}

extension Bool: JSONScalar {
  /// False.
  public static var absent: Bool { false }
  /// Words for an error message.
  public static var expectation: String { "true or false" }
  /// Reads `true` or `false`.
  public init?(json value: JSON, _ dialect: DocumentDecoder.Dialect) {
    guard let flag = value.bool else { return nil }
    self = flag
  }
}

extension String: JSONScalar {
  /// The empty string.
  public static var absent: String { "" }
  /// Words for an error message.
  public static var expectation: String { "a string" }
  /// Reads a string.
  public init?(json value: JSON, _ dialect: DocumentDecoder.Dialect) {
    guard let string = value.string else { return nil }
    self = string
  }
}

extension Double: JSONScalar {
  /// Zero.
  public static var absent: Double { 0 }
  /// Words for an error message.
  public static var expectation: String { "a number" }
  /// Reads a number that is not too large; in proto3 also in quotes, and the three words for what JSON has no number for.
  public init?(json value: JSON, _ dialect: DocumentDecoder.Dialect) {
    switch value.string {
    case "NaN" where dialect == .proto3: self = .nan
    case "Infinity" where dialect == .proto3: self = .infinity
    case "-Infinity" where dialect == .proto3: self = -.infinity
    default:
      guard let token = value.numberToken(dialect), NumberToken(token) != nil, let number = Double(token),
        number.isFinite
      else { return nil }
      self = number
    }
  }
}

extension FixedWidthInteger where Self: JSONScalar {
  /// Zero.
  public static var absent: Self { 0 }
  /// Words for an error message.
  public static var expectation: String { "a whole number from \(Self.min) to \(Self.max)" }
  /// Reads a whole number exactly, also written with a point or an exponent; in proto3 also in quotes.
  public init?(json value: JSON, _ dialect: DocumentDecoder.Dialect) {
    // As most are written; what the parser has taken for a number has no sign or zero too many.
    if case .number(let token) = value, let number = Self(token) {
      self = number
      return
    }
    guard let token = value.numberToken(dialect).flatMap(NumberToken.init), let number = Self(token) else { return nil }
    self = number
  }
}

extension Int: JSONScalar {}
extension Int32: JSONScalar {}
extension Int64: JSONScalar {}
extension UInt32: JSONScalar {}
extension UInt64: JSONScalar {}

extension JSON {
  fileprivate func numberToken(_ dialect: DocumentDecoder.Dialect) -> String? {
    switch self {
    case .number(let token): token
    case .string(let text) where dialect == .proto3 && text.utf8.count <= JSON.maximumTokenSize: text
    default: nil
    }
  }
}
