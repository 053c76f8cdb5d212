import PodSandbox

extension DaemonConfiguration {
  /// Takes over what `file` sets.
  mutating func apply(_ file: ConfigurationFile) {
    set(\.socket, file.socket)
    set(\.group, file.group)
    set(\.sandboxes.root, file.root)
    set(\.sandboxes.state, file.state)
    set(\.sandboxes.networkNamespaceDirectory, file.netnsDir)
    set(\.sandboxes.cniConfigurationDirectory, file.cniConfDir)
    set(\.sandboxes.cniPluginDirectories, file.cniBinDir.map(Self.searchPath))
    set(\.sandboxes.cniCacheDirectory, file.cniCacheDir)
    set(\.sandboxes.cgroupParent, file.cgroupParent)
    set(\.sandboxes.pauseBinary, file.pauseBinary)
    set(\.logLevel, file.logLevel)
    set(\.logFormat, file.logFormat)
    set(\.limits.maxConcurrentRequests, file.maxConcurrentRequests)
    set(\.limits.maxRequestBodyBytes, file.maxRequestBodyBytes)
    set(\.limits.readTimeout, file.requestReadTimeout?.duration)
    set(\.limits.idleTimeout, file.idleTimeout?.duration)
    set(\.sandboxes.stepTimeout, file.stepTimeout?.duration)
    set(\.sandboxes.pluginTimeout, file.pluginTimeout?.duration)
    set(\.sandboxes.pluginDeleteTimeout, file.pluginDeleteTimeout?.duration)
    set(\.shutdownGrace, file.shutdownGrace?.duration)
    for (name, settings) in file.runtimeHandlers ?? [:] {
      var handler = SandboxServiceConfiguration.RuntimeHandler()
      handler.cniConfigurationDirectory = settings.cniConfDir
      handler.networks = settings.networks ?? []
      sandboxes.runtimeHandlers[name] = handler
    }
  }

  /// Takes over what the flags set.
  mutating func apply(_ options: Options) {
    set(\.socket, options.socket)
    set(\.sandboxes.root, options.root)
    set(\.sandboxes.state, options.state)
    set(\.sandboxes.networkNamespaceDirectory, options.netnsDir)
    set(\.sandboxes.cniConfigurationDirectory, options.cniConfDir)
    set(\.sandboxes.cniPluginDirectories, options.cniBinDir.map(Self.searchPath))
    set(\.sandboxes.cniCacheDirectory, options.cniCacheDir)
    set(\.sandboxes.cgroupParent, options.cgroupParent)
    set(\.sandboxes.pauseBinary, options.pauseBinary)
    set(\.logLevel, options.logLevel)
    set(\.logFormat, options.logFormat)
  }

  /// Defaults, changed by the file, changed by the flags, then checked.
  static func resolve(_ options: Options) throws(ConfigurationError) -> DaemonConfiguration {
    var configuration = DaemonConfiguration()
    if let file = try ConfigurationFile.read(options.config) { configuration.apply(file) }
    configuration.apply(options)
    if configuration.sandboxes.pauseBinary.isEmpty { configuration.sandboxes.pauseBinary = PauseBinary.locate() }
    try configuration.validate()
    return configuration
  }

  private mutating func set<Value>(_ property: WritableKeyPath<Self, Value>, _ value: Value?) {
    if let value { self[keyPath: property] = value }
  }

  private static func searchPath(_ text: String) -> [String] { text.split(separator: ":").map(String.init) }
}
