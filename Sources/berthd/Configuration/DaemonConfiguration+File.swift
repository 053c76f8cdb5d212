import JSON
import PodSandbox

/// The configuration file: a JSON object whose every key is optional.
///
/// Unknown keys are errors that name the nearest known one, so that a misspelt setting is never silently without effect.
extension DaemonConfiguration: Decodable {
  /// The defaults, changed by what the file sets.
  init(from decoder: any Decoder) throws {
    let file = try decoder.container(keyedBy: ConfigurationKey.self)
    try file.read("socket", into: &socket)
    try file.read("group", into: &group)
    try file.read("root", into: &sandboxes.root)
    try file.read("state", into: &sandboxes.state)
    try file.read("netnsDir", into: &sandboxes.networkNamespaceDirectory)
    try file.read("cniConfDir", into: &sandboxes.cniConfigurationDirectory)
    if let path = try file.decodeIfPresent(String.self, forKey: "cniBinDir") {
      sandboxes.cniPluginDirectories = Self.searchPath(path)
    }
    try file.read("cniCacheDir", into: &sandboxes.cniCacheDirectory)
    try file.read("nativePlugins", into: &sandboxes.nativePlugins)
    try file.read("cgroupParent", into: &sandboxes.cgroupParent)
    try file.read("pauseBinary", into: &sandboxes.pauseBinary)
    try file.read("logLevel", into: &logLevel)
    try file.read("logFormat", into: &logFormat)
    try file.read("maxConcurrentRequests", in: 1...100_000, into: &limits.maxConcurrentRequests)
    try file.read("maxRequestBodyBytes", in: 1024...(64 << 20), into: &limits.maxRequestBodyBytes)
    try file.read("requestReadTimeout", into: &limits.readTimeout)
    try file.read("idleTimeout", into: &limits.idleTimeout)
    try file.read("stepTimeout", into: &sandboxes.stepTimeout)
    try file.read("pluginTimeout", into: &sandboxes.pluginTimeout)
    try file.read("pluginDeleteTimeout", into: &sandboxes.pluginDeleteTimeout)
    try file.read("shutdownGrace", into: &shutdownGrace)
    let handlers = try file.decodeIfPresent([String: Handler].self, forKey: "runtimeHandlers")
    sandboxes.runtimeHandlers = handlers?.mapValues(\.settings) ?? [:]
  }

  /// One runtime handler's settings; what is missing is as for the default handler.
  private struct Handler: Decodable {
    var settings = SandboxServiceConfiguration.RuntimeHandler()

    init(from decoder: any Decoder) throws {
      let file = try decoder.container(keyedBy: ConfigurationKey.self)
      settings.cniConfigurationDirectory = try file.decodeIfPresent(String.self, forKey: "cniConfDir")
      try file.read("networks", into: &settings.networks)
      settings.nativePlugins = try file.decodeIfPresent(NativePluginSetting.self, forKey: "nativePlugins")
    }
  }

  /// The directories of a path with colons.
  static func searchPath(_ text: String) -> [String] { text.split(separator: ":").map(String.init) }
}

/// A key of the file, by its name.
private struct ConfigurationKey: CodingKey, ExpressibleByStringLiteral {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init(stringLiteral value: String) { stringValue = value }
  init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<ConfigurationKey> {
  /// Replaces a value by what the file has under a key, if it has it.
  fileprivate func read<Value: Decodable>(_ key: ConfigurationKey, into value: inout Value) throws {
    if let found = try decodeIfPresent(Value.self, forKey: key) { value = found }
  }

  /// As ``read(_:into:)``, for a number that must be in a range.
  fileprivate func read(_ key: ConfigurationKey, in range: ClosedRange<Int>, into value: inout Int) throws {
    try read(key, into: &value)
    guard range.contains(value) else {
      let reason = "\(value) is not between \(range.lowerBound) and \(range.upperBound)"
      throw DocumentError.invalid(path: .field(.root(""), key.stringValue), reason: reason)
    }
  }
}
