import CNI
import JSON
import RuntimeAPI

extension CNIError {
  /// The specification's error document; a failure that has no code of its own gets 999.
  func document(cniVersion: String?) -> JSON {
    var members = JSONObject()
    if let cniVersion { members["cniVersion"] = .string(cniVersion) }
    members["code"] = .integer(code == 0 ? CNIError.Code.internal : code)
    members["msg"] = .string(message)
    if !details.isEmpty { members["details"] = .string(details) }
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
