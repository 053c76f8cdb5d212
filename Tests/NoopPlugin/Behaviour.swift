import CNI
import JSON

/// What the plugin does when it is called with one verb; README.md says what each key means.
struct Behaviour {
  private let members: JSONObject

  private static let known = [
    "readStdin", "mark", "ignoreTerm", "stderr", "stderrBytes", "child", "delayMilliseconds", "hang", "run",
    "markAfter", "stdout",
    "stdoutHex", "stdoutBytes", "stdoutEnd", "endless", "error", "result", "signal", "exit",
  ]

  init() { members = JSONObject() }

  init(_ members: JSONObject) throws(PluginError) {
    if let unknown = members.keys.first(where: { !Self.known.contains($0) }) {
      throw PluginError(
        100, "noop: unknown key \(unknown) in the script", details: "known are " + Self.known.joined(separator: " "))
    }
    self.members = members
  }

  subscript(key: String) -> JSON? { members[key] }

  func string(_ key: String) -> String? { members[key]?.string }
  func integer(_ key: String) -> Int? { members[key]?.integer }
  func isTrue(_ key: String) -> Bool { members[key]?.bool ?? false }

  /// VERSION leaves it alone unless told otherwise: whoever asks a plugin for its versions may give it none.
  func readsStandardInput(_ verb: Verb) -> Bool { members["readStdin"]?.bool ?? (verb != .version) }

  /// Whether standard output is written as it stands in the script, without a document being made.
  var hasRawOutput: Bool {
    ["stdout", "stdoutHex", "stdoutBytes", "stdoutEnd", "endless"].contains { members[$0] != nil }
  }
}
