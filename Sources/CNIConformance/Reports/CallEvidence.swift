import CNI
public import JSON

/// One plugin call as a report shows it: all that the plugin was given, and all that came of it.
public struct CallEvidence: Sendable, Hashable {
  /// The plugin's type.
  public let plugin: String
  /// The path of the executable.
  public let executable: String
  /// The variables, in their order: name and value.
  public let environment: [Variable]
  /// Standard input; what is no UTF-8 is repaired, as in the other texts.
  public let standardInput: String
  /// Standard output, cut at 64 KiB.
  public let standardOutput: String
  /// Standard error, bounded.
  public let standardError: String
  /// How it ended, in words: `exit status 1`.
  public let outcome: String
  /// How long it took.
  public let milliseconds: Double

  /// A variable of the environment.
  public struct Variable: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its value.
    public let value: String
  }

  init(_ call: Call) {
    plugin = call.request.plugin
    executable = call.request.executable
    environment = call.request.environment.map { Variable(name: $0.key, value: $0.value) }
    standardInput = String(decoding: call.request.standardInput, as: UTF8.self)
    standardOutput = String(decoding: call.response.stdout.prefix(64 << 10), as: UTF8.self)
    standardError = call.response.stderr
    outcome = call.ending
    milliseconds = call.duration / .milliseconds(1)
  }

  /// As a report of JSON lines has it.
  public var json: JSON {
    .object([
      "plugin": .string(plugin), "executable": .string(executable),
      "environment": .object(JSONObject(environment.map { ($0.name, .string($0.value)) })),
      "stdin": .string(standardInput), "stdout": .string(standardOutput), "stderr": .string(standardError),
      "outcome": .string(outcome), "milliseconds": .number(decimal(milliseconds)),
    ])
  }

  /// Reads it back; nil where it is none.
  public init?(_ json: JSON) {
    guard let plugin = json["plugin"]?.string, let executable = json["executable"]?.string,
      let environment = json["environment"]?.object, let standardInput = json["stdin"]?.string,
      let standardOutput = json["stdout"]?.string, let standardError = json["stderr"]?.string,
      let outcome = json["outcome"]?.string, case .number(let milliseconds)? = json["milliseconds"],
      let milliseconds = Double(milliseconds)
    else { return nil }
    self.plugin = plugin
    self.executable = executable
    self.environment = environment.map { Variable(name: $0.key, value: $0.value.string ?? "") }
    self.standardInput = standardInput
    self.standardOutput = standardOutput
    self.standardError = standardError
    self.outcome = outcome
    self.milliseconds = milliseconds
  }
}

/// A number with three digits behind the point, as JSON has it.
func decimal(_ value: Double) -> String {
  let thousandths = Int((value * 1000).rounded())
  let fraction = String(abs(thousandths) % 1000)
  let sign = thousandths < 0 ? "-" : ""
  return sign + "\(abs(thousandths) / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
}
