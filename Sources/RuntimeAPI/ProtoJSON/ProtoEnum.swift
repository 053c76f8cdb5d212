public import JSON

/// An enum of the API: raw values are the definition's names, the numbers are the positions of the cases.
///
/// In comes a name or a number, out goes the name; the first case is the default.
public protocol ProtoEnum: JSONName, ProtoScalar {}

extension ProtoEnum {
  /// The first case.
  public static var absent: Self { first }

  /// Words for an error message.
  public static var expectation: String { choice }

  /// Reads a name or a number.
  public init?(json value: JSON, _ dialect: DocumentDecoder.Dialect) {
    guard let found = Self.named(by: value, dialect) else { return nil }
    self = found
  }

  /// The name.
  public var proto: JSON { .string(rawValue) }
}
