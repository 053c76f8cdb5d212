import CNI
import JSON

/// What the plugin does when it is called with one verb; README.md says what each key means.
struct Behaviour {
  private let members: JSONObject

  private static let known =
    [
      "when", "readStdin", "mark", "ignoreTerm", "stderr", "stderrBytes", "memoryBytes", "child", "delayMilliseconds",
      "hang", "run",
    ] + before + after + output

  /// What the plugin that a call goes through gets otherwise than it came.
  private static let before = ["through", "input", "environment"]
  /// What is done with what it says, and once it has ended.
  private static let after = ["quiet", "edit", "filter", "runAfter", "markAfter"]
  /// What is written instead of its output, or how this plugin ends.
  private static let output = [
    "drop", "stdout", "stdoutHex", "stdoutBytes", "stdoutEnd", "endless", "error", "result", "signal", "exit",
  ]

  /// When it is the one to be taken.
  let condition: Condition

  init() {
    members = JSONObject()
    condition = Condition()
  }

  init(_ members: JSONObject) throws(PluginError) {
    if let unknown = members.keys.first(where: { !Self.known.contains($0) }) {
      throw PluginError(
        100, "noop: unknown key \(unknown) in the script", details: "known are " + Self.known.joined(separator: " "))
    }
    self.members = members
    condition = try Condition(members["when"])
  }

  subscript(key: String) -> JSON? { members[key] }

  func string(_ key: String) -> String? { members[key]?.string }
  func integer(_ key: String) -> Int? { members[key]?.integer }
  func isTrue(_ key: String) -> Bool { members[key]?.bool ?? false }

  /// VERSION leaves it alone unless told otherwise: whoever asks a plugin for its versions may give it none.
  func readsStandardInput(_ verb: Verb?) -> Bool { members["readStdin"]?.bool ?? (verb != .version) }

  /// The plugin that the call goes through, be it this behaviour's or the script's; nil for none.
  func through(_ script: Script?) -> String? {
    if members["through"]?.bool == false { return nil }
    return members["through"]?.string ?? script?.through
  }

  /// Whether the configuration must be known for it: to judge by, to be changed, or for a shell command to read.
  var needsConfiguration: Bool {
    isTrue("readStdin") || members["input"] != nil || members["run"]?.string != nil || condition.needsConfiguration
  }

  /// Whether there is something to do after the plugin that the call goes through.
  var followsUp: Bool { (Self.after + Self.output).contains { members[$0] != nil } }

  /// Whether standard output is written as it stands in the script, without a document being made.
  var hasRawOutput: Bool {
    ["stdout", "stdoutHex", "stdoutBytes", "stdoutEnd", "endless"].contains { members[$0] != nil }
  }
}
