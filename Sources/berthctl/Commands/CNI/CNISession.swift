import CNI
import Synchronization

/// What a command of `berthctl cni` works with: directories, console and the way to plugins.
final class CNISession: Sendable {
  let surroundings: Surroundings
  let command: String
  let configurationDirectory: NetworkConfigurationDirectory
  let pluginDirectories: [String]
  let cacheDirectory: String
  private let timeout: Duration
  private let explain: Bool
  private let version = Mutex(SpecificationVersion.current.description)

  init(_ places: CNIPlaces, _ calls: CNICallOptions, _ globals: GlobalOptions, command: String) {
    surroundings = .current
    self.command = command
    let said = surroundings.environment
    func value(_ name: String) -> String? { said[name].flatMap { $0.isEmpty ? nil : $0 } }
    configurationDirectory = NetworkConfigurationDirectory(
      places.configurationDirectory ?? value("NETCONFPATH") ?? CNIPlaces.defaultConfigurationDirectory)
    let flags = places.pluginDirectories.isEmpty ? nil : places.pluginDirectories.joined(separator: ":")
    let directories = (flags ?? value("CNI_PATH"))?.split(separator: ":").map(String.init)
    pluginDirectories = directories ?? CNIPlaces.defaultPluginDirectories
    cacheDirectory = places.cacheDirectory
    let asked = globals.timeout.flatMap { $0.duration > .zero ? $0.duration : nil }
    timeout = asked ?? ExecutablePluginInvoker.defaultTimeout
    explain = calls.explain
  }

  var console: Console { surroundings.console }

  /// The version that error documents are written in: the configuration's, once one is loaded.
  var spokenVersion: String { version.withLock { $0 } }

  /// Says something on standard error that is neither data nor a failure.
  func note(_ text: String) { console.error("berthctl: \(command): \(text.sanitised)") }

  /// Tells the failures that leave nothing behind.
  func note(_ excused: [ExcusedFailure]) {
    for failure in excused { note("\(failure.error); excused: \(failure.excuse)") }
  }

  /// The runtime whose plugins are executed, each call shown if that is asked for.
  var runtime: CNIRuntime {
    let invoker = ExecutablePluginInvoker(timeout: timeout)
    guard explain else { return runtime(invoker, cacheDirectory) }
    return runtime(ExplainingInvoker(base: invoker, console: console), cacheDirectory)
  }

  func runtime(_ invoker: any PluginInvoker, _ cacheDirectory: String) -> CNIRuntime {
    CNIRuntime(pluginDirectories: pluginDirectories, cacheDirectory: cacheDirectory, invoker: invoker)
  }

  /// The network of a name, or the one in a file: what has a slash is a path, and so is the name of an existing file that ends as configurations do.
  func network(_ name: String) throws(CNIError) -> NetworkConfigurationList {
    let list = try load(name)
    speak(list)
    return list
  }

  /// Error documents speak this network's version from here on.
  func speak(_ list: NetworkConfigurationList) { version.withLock { $0 = list.cniVersion } }

  /// Whether a network is named by a file.
  func isPath(_ name: String) -> Bool {
    name.contains("/")
      || ([".conflist", ".conf", ".json"].contains { name.hasSuffix($0) } && InputFile.exists(name))
  }

  private func load(_ name: String) throws(CNIError) -> NetworkConfigurationList {
    guard isPath(name) else { return try configurationDirectory.load(named: name) }
    let slash = name.lastIndex(of: "/")
    let folder = slash.map { $0 == name.startIndex ? "/" : String(name[..<$0]) } ?? "."
    return try NetworkConfigurationDirectory(folder).load(name)
  }
}
