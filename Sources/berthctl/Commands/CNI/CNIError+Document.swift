import CNI
import JSON
import RuntimeAPI

extension CNIError {
  /// The specification's error document; a failure that has no code of its own gets 999.
  func document(cniVersion: String?) -> JSONValue {
    var members: [JSONValue.Member] = []
    if let cniVersion { members.append(.init("cniVersion", .string(cniVersion))) }
    members += [
      .init("code", .integer(code == 0 ? CNIError.Code.internal : code)), .init("msg", .string(message)),
    ]
    if !details.isEmpty { members.append(.init("details", .string(details))) }
    return .object(members)
  }

  /// The failure for people, one fact a line: each failure of several, and what the plugin wrote to standard error if that is asked for.
  func lines(withStandardError: Bool) -> [String] {
    if kind == .several { return underlying.flatMap { $0.lines(withStandardError: withStandardError) } }
    guard withStandardError, !stderr.isEmpty else { return [description] }
    let said = stderr.split(separator: "\n").map { "  stderr: \($0)" }
    return [description] + said
  }
}

extension JSONValue {
  /// The same document; number tokens and the order of keys stay.
  init(_ json: JSON) {
    switch json {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .number(let token): self = .number(token)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .array(elements.map(JSONValue.init))
    case .object(let members): self = .object(members.map { Member($0.key, JSONValue($0.value)) })
    }
  }
}
