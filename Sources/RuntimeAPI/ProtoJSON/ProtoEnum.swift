public import JSON

/// An enum of the API: raw values are the definition's names, the numbers are the positions of the cases.
///
/// In comes a name or a number, out goes the name; the first case is the default.
public protocol ProtoEnum: RawRepresentable<String>, CaseIterable, ProtoScalar {}

extension ProtoEnum {
  /// The first case.
  public static var absent: Self { allCases[allCases.startIndex] }

  /// Words for an error message.
  public static var expectation: String { "one of \(allCases.map(\.rawValue).joined(separator: ", "))" }

  /// Reads a name or a number.
  public init?(proto value: JSON) {
    switch value {
    case .string(let name):
      self.init(rawValue: name)
    case .number:
      guard let number = Int32(proto: value),
        let found = Self.allCases.enumerated().first(where: { $0.offset == number })
      else { return nil }
      self = found.element
    default:
      return nil
    }
  }

  /// The name.
  public var proto: JSON { .string(rawValue) }
}
