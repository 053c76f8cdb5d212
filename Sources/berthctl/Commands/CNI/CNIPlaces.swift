import ArgumentParser
import CNI

/// Where configurations, plugins and results lie.
struct CNIPlaces: ParsableArguments {
  @Option(
    name: .customLong("conf-dir"),
    help: "Where network configurations are. Default: NETCONFPATH, then \(CNIPlaces.defaultConfigurationDirectory).",
    completion: .directory)
  var configurationDirectory: String?

  @Option(
    name: .customLong("bin-dir"),
    help: """
      Where plugins are; several directories are joined by colons, or the flag is repeated. \
      Default: CNI_PATH, then \(CNIPlaces.defaultPluginDirectories.joined(separator: ":")).
      """,
    completion: .directory)
  var pluginDirectories: [String] = []

  @Option(
    name: .customLong("cache-dir"),
    help: "Where results of ADD are remembered. Default: \(CNIRuntime.defaultCacheDirectory).", completion: .directory)
  var cacheDirectory: String = CNIRuntime.defaultCacheDirectory

  /// berthd's own, which no Kubernetes node takes for its own.
  static let defaultConfigurationDirectory = "/etc/berth/net.d"

  /// Upstream's directory, then Debian's.
  static let defaultPluginDirectories = ["/opt/cni/bin", "/usr/lib/cni"]
}

/// How calls are made and shown.
struct CNICallOptions: ParsableArguments {
  @Flag(help: "Tell on standard error what each plugin is given, what it answers, and how long it takes.")
  var explain = false

  @Flag(
    name: .customLong("dry-run"),
    help: "Run nothing and change nothing; print what every plugin of the chain would get.")
  var dryRun = false

  /// For commands that call nothing.
  static var none: CNICallOptions {
    var options = CNICallOptions()
    options.explain = false
    options.dryRun = false
    return options
  }
}
