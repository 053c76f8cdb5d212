import ArgumentParser
import PodSandbox

/// The daemon's flags. A flag outweighs the configuration file, which outweighs the default.
struct Options: ParsableArguments {
  @Option(help: ArgumentHelp("The API's socket (default: /run/berth/berth.sock).", valueName: "path"))
  var socket: String?

  @Option(help: ArgumentHelp("Durable records (default: /var/lib/berth).", valueName: "dir"))
  var root: String?

  @Option(help: ArgumentHelp("State of this boot (default: /run/berth).", valueName: "dir"))
  var state: String?

  @Option(help: ArgumentHelp("Where network namespaces are mounted (default: /var/run/netns).", valueName: "dir"))
  var netnsDir: String?

  @Option(help: ArgumentHelp("CNI configuration (default: /etc/berth/net.d).", valueName: "dir"))
  var cniConfDir: String?

  @Option(
    help: ArgumentHelp(
      "CNI plugins, colons between directories (default: /opt/cni/bin:/usr/lib/cni).", valueName: "dirs"))
  var cniBinDir: String?

  @Option(help: ArgumentHelp("CNI result cache (default: /var/lib/cni).", valueName: "dir"))
  var cniCacheDir: String?

  @Option(
    help: ArgumentHelp(
      "CNI plugins that berthd serves itself: auto, never, or types with commas between them (default: auto).",
      valueName: "which"))
  var nativePlugins: NativePluginSetting?

  @Option(help: ArgumentHelp("The cgroup above all sandboxes' (default: /berth).", valueName: "path"))
  var cgroupParent: String?

  @Option(
    help: ArgumentHelp("The configuration file (default: /etc/berth/berthd.json, if it exists).", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "The pause program (default: berth-pause beside berthd, else /usr/libexec/berth/berth-pause).", valueName: "file")
  )
  var pauseBinary: String?

  @Option(help: "trace, debug, info, notice, warning, error or critical (default: info).")
  var logLevel: LogLevel?

  @Option(help: "text or json (default: text).")
  var logFormat: LogFormat?
}

extension LogLevel: ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}

extension DaemonConfiguration {
  /// Takes over what the flags set.
  mutating func apply(_ options: Options) {
    set(\.socket, options.socket)
    set(\.sandboxes.root, options.root)
    set(\.sandboxes.state, options.state)
    set(\.sandboxes.networkNamespaceDirectory, options.netnsDir)
    set(\.sandboxes.cniConfigurationDirectory, options.cniConfDir)
    set(\.sandboxes.cniPluginDirectories, options.cniBinDir.map(Self.searchPath))
    set(\.sandboxes.cniCacheDirectory, options.cniCacheDir)
    set(\.sandboxes.nativePlugins, options.nativePlugins)
    set(\.sandboxes.cgroupParent, options.cgroupParent)
    set(\.sandboxes.pauseBinary, options.pauseBinary)
    set(\.logLevel, options.logLevel)
    set(\.logFormat, options.logFormat)
  }

  /// Defaults, changed by the file, changed by the flags, then checked.
  static func resolve(_ options: Options) throws(ConfigurationError) -> DaemonConfiguration {
    var configuration = try read(options.config)
    configuration.apply(options)
    if configuration.sandboxes.pauseBinary.isEmpty { configuration.sandboxes.pauseBinary = PauseBinary.locate() }
    try configuration.validate()
    return configuration
  }

  private mutating func set<Value>(_ property: WritableKeyPath<Self, Value>, _ value: Value?) {
    if let value { self[keyPath: property] = value }
  }
}
