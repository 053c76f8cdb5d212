import CNI
import LinuxKernel

/// One plugin call as a report shows it: all that the plugin was given, and all that came of it.
public struct CallEvidence: Sendable, Hashable {
  /// The plugin's type.
  public let plugin: String
  /// The path of the executable.
  public let executable: String
  /// All variables, in their order: name and value.
  public let environment: [Variable]
  /// The bytes of standard input.
  public let standardInputBytes: [UInt8]
  /// Standard output, cut at 64 KiB; what is no UTF-8 is repaired.
  public let standardOutput: String
  /// Standard error, bounded; what is no UTF-8 is repaired.
  public let standardError: String
  /// How it ended, in words: `exit status 1`.
  public let outcome: String
  /// How long it took.
  public let milliseconds: Double
  /// Whether there is a network namespace at `CNI_NETNS`.
  public let hasNetworkNamespace: Bool

  /// A variable of the environment.
  public struct Variable: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its value.
    public let value: String
  }

  /// Standard input; what is no UTF-8 is repaired.
  public var standardInput: String { String(decoding: standardInputBytes, as: UTF8.self) }

  /// The value of a variable; nil where there is none.
  public subscript(variable: String) -> String? { environment.first { $0.name == variable }?.value }

  /// The evidence of a call that is just over.
  init(_ call: Call) {
    let variables = call.request.environment.map { Variable(name: $0.key, value: $0.value) }
    let path = call.request["PATH"] == nil ? [Variable(name: "PATH", value: Trial.path)] : []
    self.init(
      plugin: call.request.plugin, executable: call.request.executable, environment: path + variables,
      standardInput: call.request.standardInput,
      standardOutput: Self.text(call.response.stdout, atMost: 64 << 10),
      standardError: call.response.stderr, outcome: call.ending, milliseconds: call.duration / .milliseconds(1),
      hasNetworkNamespace: call.request["CNI_NETNS"].map(NetworkNamespace.isPinned) ?? false)
  }

  init(
    plugin: String, executable: String, environment: [Variable], standardInput: [UInt8], standardOutput: String = "",
    standardError: String = "", outcome: String = "exit status 0", milliseconds: Double = 0,
    hasNetworkNamespace: Bool = false
  ) {
    self.plugin = plugin
    self.executable = executable
    self.environment = environment
    standardInputBytes = standardInput
    self.standardOutput = standardOutput
    self.standardError = standardError
    self.outcome = outcome
    self.milliseconds = milliseconds
    self.hasNetworkNamespace = hasNetworkNamespace
  }

  private static func text(_ bytes: [UInt8], atMost limit: Int) -> String {
    let text = String(decoding: bytes.prefix(limit), as: UTF8.self)
    return bytes.count > limit ? text + "… [\(bytes.count - limit) bytes left out]" : text
  }
}
