/// A document that is not what it should be.
public enum DocumentError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The bytes are no JSON document.
  case syntax(JSONError)
  /// A value cannot be taken.
  case invalid(path: FieldPath, reason: String)
  /// Fields that nobody knows; at most the first 20 are listed.
  case unknownFields([UnknownField])

  /// What is wrong and where, for people.
  public var description: String {
    switch self {
    case .syntax(let error): error.description
    case .invalid(let path, let reason): "\(path)".isEmpty ? reason : "\(path): \(reason)"
    case .unknownFields(let fields): fields.map(\.description).joined(separator: "; ")
    }
  }
}
