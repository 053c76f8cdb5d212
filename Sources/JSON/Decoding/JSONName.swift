/// One of a few names. In proto3 an enum: the numbers are the positions of the cases, and the first is the default.
public protocol JSONName: RawRepresentable<String>, CaseIterable, JSONScalar {}

extension JSONName {
  /// The first case.
  public static var absent: Self { first }

  /// Words for an error message.
  public static var expectation: String { choice }

  /// Reads a name; in proto3 also a number.
  public init?(json value: JSON, _ dialect: DocumentDecoder.Dialect) {
    guard let found = Self.named(by: value, dialect) else { return nil }
    self = found
  }
}

// What the requirements are met by, for protocols of other modules whose types do not see those above.
extension JSONName {
  package static var first: Self { allCases[allCases.startIndex] }

  package static var choice: String { "one of \(allCases.map(\.rawValue).joined(separator: ", "))" }

  package static func named(by value: JSON, _ dialect: DocumentDecoder.Dialect) -> Self? {
    switch value {
    case .string(let name): return allCases.first { $0.rawValue.hasSameBytes(as: name) }
    case .number where dialect == .proto3:
      guard let position = value.integer, (0..<allCases.count).contains(position) else { return nil }
      return allCases[allCases.index(allCases.startIndex, offsetBy: position)]
    default: return nil
    }
  }
}
