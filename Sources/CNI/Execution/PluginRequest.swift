/// Everything a plugin is given.
public struct PluginRequest: Sendable, Hashable {
  /// What it is asked to do.
  public let verb: Verb
  /// The plugin's type.
  public let plugin: String
  /// What serves it: the path of the executable.
  public let executable: String
  /// The network's name; empty for VERSION.
  public let network: String
  /// The six `CNI_` variables. They override the host's, which a plugin gets as well.
  public let environment: [Attachment.Argument]
  /// The configuration: the bytes of standard input.
  public let configuration: [UInt8]

  /// A request.
  public init(
    verb: Verb, plugin: String, executable: String, network: String, environment: [Attachment.Argument],
    configuration: [UInt8]
  ) {
    self.verb = verb
    self.plugin = plugin
    self.executable = executable
    self.network = network
    self.environment = environment
    self.configuration = configuration
  }

  /// The value of one of the six variables.
  public subscript(variable: String) -> String? { environment.first { $0.key == variable }?.value }
}
