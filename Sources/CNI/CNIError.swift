public import JSON
public import LinuxKernel

/// Why a CNI operation failed: what was tried, on which plugin and network, what was said, and the error code of the specification.
public struct CNIError: Error, Sendable, Hashable, Codable {
  /// Where the failure arose.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// The plugin ran and reported an error, or ended with one without a word.
    case plugin
    /// No executable of that name was found, or its name is not acceptable.
    case pluginNotFound
    /// The plugin could not be started or talked to.
    case execution
    /// The plugin did not end in time; it was killed.
    case timeout
    /// The caller was cancelled; the plugin was killed.
    case cancelled
    /// The plugin printed something that is no result.
    case invalidResult
    /// A network configuration cannot be used.
    case invalidConfiguration
    /// An argument of the operation (container, interface, network name, CNI_ARGS) cannot be used.
    case invalidArgument
    /// No network of that name, or none at all, is configured.
    case networkNotFound
    /// The cache could not be written or holds something else.
    case cache
    /// The configuration's or the plugin's version does not know the operation.
    case unsupported
    /// Several failures, all in `underlying`.
    case several
  }

  /// Where the failure arose.
  public var kind: Kind
  /// The specification's code, the plugin's own from 100 up, or 0 when none was given.
  public var code: Int
  /// What is wrong; at most `CNIBounds.errorText` bytes, as are the details.
  public var message: String
  /// More about it, possibly empty.
  public var details: String
  /// The plugin's type, when one is to blame.
  public var plugin: String?
  /// The network's name, when known.
  public var network: String?
  /// The verb under way, when there was one.
  public var verb: Verb?
  /// How the plugin ended, when it ran to its end.
  public var exit: ExitStatus?
  /// What the plugin wrote to standard error, bounded; possibly empty.
  public var stderr: String
  /// The individual failures of an operation that goes on past them (DEL of an attachment that was never completed, GC,
  /// validate); at most the first `CNIBounds.failures`.
  public var underlying: [CNIError]
  /// Of a failed ADD: the result of the last plugin that succeeded. Give it to the DEL that follows; without it some plugins leak.
  public var partialResult: JSON?
  /// Of a failed ADD: how many plugins of the list were started, the failed one included; those behind it owe nothing. Nil when
  /// that is not known, as it is with every other failure.
  public var calledPlugins: Int?
  /// Whether the plugin printed an error document of its own; code, message and details are its words then.
  public var hasDocument = false

  /// An error; everything but kind and message may be left out.
  public init(
    _ kind: Kind, code: Int = 0, _ message: String, details: String = "", plugin: String? = nil, network: String? = nil,
    verb: Verb? = nil, exit: ExitStatus? = nil, stderr: String = "", underlying: [CNIError] = []
  ) {
    self.kind = kind
    self.code = code
    self.message = message.cut(toBytes: CNIBounds.errorText)
    self.details = details.cut(toBytes: CNIBounds.errorText)
    self.plugin = plugin
    self.network = network
    self.verb = verb
    self.exit = exit
    self.stderr = stderr
    self.underlying = Array(underlying.prefix(CNIBounds.failures))
    partialResult = nil
  }
}

extension CNIError: CustomStringConvertible {
  /// The message and the details as libcni's `types.Error` prints them: `msg; details`.
  public var text: String { details.isEmpty ? message : "\(message); \(details)" }

  /// The text, introduced as libcni does: `plugin type="X" name="N" failed (add): msg; details`.
  public var description: String {
    guard let plugin, let verb else { return text }
    let name = network.map { " name=\"\($0)\"" } ?? ""
    return "plugin type=\"\(plugin)\"\(name) failed (\(verb.inMessages)): \(text)"
  }
}

extension CNIError {
  /// Codes of the specification, section "Error".
  public enum Code {
    /// The plugin does not speak the configuration's version.
    public static let incompatibleVersion = 1
    /// A field of the configuration is not supported.
    public static let unsupportedField = 2
    /// The container is unknown or gone; the runtime need not clean up.
    public static let unknownContainer = 3
    /// A necessary environment variable is missing or invalid.
    public static let invalidEnvironment = 4
    /// Reading or writing failed.
    public static let ioFailure = 5
    /// Something could not be decoded.
    public static let decodingFailure = 6
    /// The network configuration is invalid.
    public static let invalidConfiguration = 7
    /// The network namespace is invalid.
    public static let invalidNetworkNamespace = 8
    /// A passing fault: try again later.
    public static let tryAgainLater = 11
    /// STATUS: the plugin cannot serve ADD.
    public static let notAvailable = 50
    /// STATUS: the plugin cannot serve ADD, and existing containers may have limited connectivity.
    public static let limitedConnectivity = 51
    /// Any other failure.
    public static let `internal` = 999
  }

  static func configuration(_ message: String, code: Int = Code.invalidConfiguration) -> CNIError {
    CNIError(.invalidConfiguration, code: code, message)
  }

  /// Whether plugins ran and said no themselves: no timeout, no missing plugin, nobody who gave up. Such a DEL is worth a second
  /// attempt: bridge takes masquerade rules that were never made, because its ADD was cut off, for a failure; it has deleted
  /// the interface by then, sees no address any more, and has no rules to look for.
  public var isPluginsOwn: Bool {
    kind == .plugin || kind == .several && underlying.allSatisfy { $0.kind == .plugin }
  }

  /// The same error with its plugin, network and verb filled in where they are missing.
  func located(plugin: String? = nil, network: String? = nil, verb: Verb? = nil) -> CNIError {
    var error = self
    error.plugin = error.plugin ?? plugin
    error.network = error.network ?? network
    error.verb = error.verb ?? verb
    return error
  }

  /// One error for one or more failures.
  static func joined(_ errors: [CNIError], network: String) -> CNIError {
    guard errors.count != 1 else { return errors[0] }
    let kept = errors.prefix(CNIBounds.failures).map(\.description)
    let rest = errors.count - kept.count
    let message = (kept + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "; ")
    return CNIError(.several, code: errors.first?.code ?? 0, message, network: network, underlying: errors)
  }
}
