import CNI
import Glibc
import JSON

/// What must hold for an alternative to be taken: all that its `when` names; README.md says what that may be.
struct Condition {
  private let members: JSONObject
  private static let ofTheCall = ["missing", "empty", "present", "equal", "matching", "file", "noFile"]
  private static let ofTheConfiguration = ["has", "hasNot", "is", "isNot", "test"]

  /// One that always holds.
  init() { members = [:] }

  init(_ scripted: JSON?) throws(PluginError) {
    members = scripted?.object ?? [:]
    let known = Self.ofTheCall + Self.ofTheConfiguration
    if let unknown = members.keys.first(where: { !known.contains($0) }) {
      throw PluginError(100, "noop: unknown condition \(unknown)", details: "known are \(known.joined(separator: " "))")
    }
  }

  /// Whether standard input has to be read to tell.
  var needsConfiguration: Bool { members.keys.contains { Self.ofTheConfiguration.contains($0) } }

  func holds(_ call: Call) throws(PluginError) -> Bool {
    for member in members where try !holds(member.key, member.value, call) { return false }
    return true
  }

  private func holds(_ key: String, _ value: JSON, _ call: Call) throws(PluginError) -> Bool {
    let texts = value.array?.compactMap(\.string) ?? [value.string ?? ""]
    let pairs = value.object ?? [:]
    switch key {
    case "missing": return texts.allSatisfy { call[$0] == nil }
    case "empty": return texts.allSatisfy { call[$0] == "" }
    case "present": return texts.allSatisfy { call[$0]?.isEmpty == false }
    case "equal": return pairs.allSatisfy { call[$0.key] == $0.value.string }
    case "matching": return try matches(pairs, call)
    case "file": return texts.allSatisfy { access(call.filled($0), F_OK) == 0 }
    case "noFile": return texts.allSatisfy { access(call.filled($0), F_OK) != 0 }
    case "has": return texts.allSatisfy { Edit.value(in: call.configuration, at: $0) != nil }
    case "hasNot": return texts.allSatisfy { Edit.value(in: call.configuration, at: $0) == nil }
    case "is": return pairs.allSatisfy { Edit.value(in: call.configuration, at: $0.key) == $0.value }
    case "isNot": return pairs.allSatisfy { Edit.value(in: call.configuration, at: $0.key) != $0.value }
    default: return try Program.shell(value.string ?? "", call.variables, input: call.standardInput).status == 0
    }
  }

  private func matches(_ pairs: JSONObject, _ call: Call) throws(PluginError) -> Bool {
    for pair in pairs {
      let expression: Regex<AnyRegexOutput>
      do {
        expression = try Regex(pair.value.string ?? "")
      } catch {
        throw PluginError(100, "noop: no regular expression: \(pair.value)", details: "\(error)")
      }
      guard let value = call[pair.key], value.contains(expression) else { return false }
    }
    return true
  }
}
