import CNI
import JSON
import LinuxKernel

/// A script in the IPAM plugin's place, which writes down how it is called, and then calls that one, or fails if it is told to.
struct DelegateRecorder {
  /// What it writes to standard error.
  static let words = "conformance: the delegate was here"
  private let directory: String
  private let trial: Trial

  /// Puts it before the plugin directories of a trial; skips where the first plugin under test asks no IPAM plugin.
  init(_ trial: Trial) throws {
    let plugin = trial.subject.list.plugins[trial.subject.range.lowerBound]
    guard let delegate = plugin.ipamType, delegate != plugin.type else {
      try trial.skip("the plugin asks no IPAM plugin")
    }
    self.trial = trial
    directory = try trial.ownDirectory("delegate")
    let executable = try PluginLookup.find(delegate, in: trial.subject.pluginDirectories)
    try trial.script("\(directory)/\(delegate)", Self.script(directory, executable))
    trial.subject = Subject(
      list: trial.subject.list, range: trial.subject.range, executables: trial.subject.executables,
      pluginDirectories: [directory] + trial.subject.pluginDirectories)
  }

  private static func script(_ directory: String, _ executable: String) -> String {
    """
    input=
    while IFS= read -r line || [ -n "$line" ]; do
      input="$input$line
    "
    done
    echo '\(words)' >&2
    export -p >'\(directory)'/environment-"$CNI_COMMAND"
    printf '%s' "$input" >'\(directory)'/configuration-"$CNI_COMMAND"
    if [ -e '\(directory)'/fail-"$CNI_COMMAND" ]; then
      echo '{"cniVersion":"1.0.0","code":123,"msg":"the delegate refuses"}'
      exit 1
    fi
    if [ -e '\(directory)'/answer-"$CNI_COMMAND" ]; then
      printf '%s' "$input" | '\(executable)' >'\(directory)'/unsaid || exit 1
      IFS= read -r answer <'\(directory)'/answer-"$CNI_COMMAND"
      printf '%s' "$answer"
      exit 0
    fi
    printf '%s' "$input" | '\(executable)'
    """
  }

  /// Lets a verb fail from here on, with code 123.
  func fail(_ verb: Verb) throws { try trial.script("\(directory)/fail-\(verb.rawValue)", "") }

  /// Lets a verb have this answer from here on, whatever the IPAM plugin says.
  func answer(_ verb: Verb, _ document: JSON) throws {
    try trial.write("\(directory)/answer-\(verb.rawValue)", "\(document)\n")
  }

  /// Whether it was called with a verb.
  func wasCalled(_ verb: Verb) throws -> Bool { try read("environment", verb) != nil }

  /// The variables of a call as a shell writes them; skips where there was no call.
  func environment(_ verb: Verb) throws -> String {
    guard let bytes = try read("environment", verb) else { try trial.skip("the plugin has executed no delegate") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The configuration of a call; skips where there was no call.
  func configuration(_ verb: Verb) throws -> JSONObject {
    guard let bytes = try read("configuration", verb) else { try trial.skip("the plugin has executed no delegate") }
    return try trial.require(try JSON(parsing: bytes).object, "the delegate's configuration is no object")
  }

  private func read(_ what: String, _ verb: Verb) throws -> [UInt8]? {
    try HostFile.read("\(directory)/\(what)-\(verb.rawValue)", limit: 4 << 20)
  }
}
