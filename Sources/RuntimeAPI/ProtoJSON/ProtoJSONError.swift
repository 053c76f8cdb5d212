public import JSON

/// A document that is not the message it should be.
public enum ProtoJSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The bytes are no JSON document.
  case syntax(JSONError)
  /// A field's value cannot be taken; `path` is empty for the message itself.
  case invalid(path: String, reason: String)
  /// Fields the message does not have; at most the first 20 are listed.
  case unknownFields([UnknownField])

  /// What is wrong and where, for people.
  public var description: String {
    switch self {
    case .syntax(let error): error.description
    case .invalid(path: "", let reason): reason
    case .invalid(let path, let reason): "\(path): \(reason)"
    case .unknownFields(let fields): fields.map(\.description).joined(separator: "; ")
    }
  }

  /// The `invalid_argument` a request with this fault is answered with.
  public var connectError: ConnectError { ConnectError(code: .invalidArgument, message: description) }
}
