import JSON
import LinuxKernel

/// A directory of network configurations, `/etc/cni/net.d` by default.
///
/// Its configurations are the regular files ending in `.conflist`, `.conf` or `.json`, symbolic links followed, no
/// subdirectories. A directory that does not exist holds none. All functions block for as long as reading files takes.
public struct NetworkConfigurationDirectory: Sendable, Hashable {
  /// Where configurations are unless told otherwise.
  public static let defaultPath = "/etc/cni/net.d"

  /// The directory's path.
  public let path: String

  /// The directory at a path.
  public init(_ path: String = NetworkConfigurationDirectory.defaultPath) { self.path = path }

  /// A configuration and the file it is from.
  public struct Network: Sendable, Hashable {
    /// The configuration.
    public let list: NetworkConfigurationList
    /// The file's path.
    public let file: String
  }

  /// Why a file, or the directory, could not be loaded.
  public struct Failure: Sendable, Hashable, CustomStringConvertible {
    /// The path.
    public let file: String
    /// What is wrong with it.
    public let error: CNIError

    /// Path and reason.
    public var description: String { "\(file): \(error)" }
  }

  /// What a directory holds.
  public struct Contents: Sendable, Hashable {
    /// The usable configurations, by file name; the first one is the default network.
    public let networks: [Network]
    /// The files that could not be used.
    public let failures: [Failure]

    /// The default network: the first file's.
    public var defaultNetwork: NetworkConfigurationList? { networks.first?.list }

    /// The network of a name.
    public subscript(name: String) -> NetworkConfigurationList? { networks.first { $0.list.name == name }?.list }
  }

  /// Loads all configurations, ordered by file name whatever the extension.
  ///
  /// A file that cannot be used is passed over and told in `failures`, and so is a second one of a name that is taken.
  public func load() -> Contents {
    var networks: [Network] = []
    var failures: [Failure] = []
    let files: [String]
    do {
      files = try self.files([".conflist", ".conf", ".json"])
    } catch {
      return Contents(networks: [], failures: [Failure(file: path, error: error)])
    }
    for file in files {
      do throws(CNIError) {
        let list = try load(file)
        if let owner = networks.first(where: { $0.list.name == list.name }) {
          throw .configuration("network \(list.name.quoted) is defined in \(owner.file) already")
        }
        networks.append(Network(list: list, file: file))
      } catch {
        failures.append(Failure(file: file, error: error))
      }
    }
    return Contents(networks: networks, failures: failures)
  }

  /// Loads the network of a name: the first `.conflist` that has it, else the first single configuration, made into a list.
  ///
  /// libcni gives up at the first malformed file; here others' faults do not matter, unless the network is not found: then
  /// they are in the error's details. Errors: `networkNotFound`.
  public func load(named name: String) throws(CNIError) -> NetworkConfigurationList {
    let files = try self.files([".conflist"]) + self.files([".conf", ".json"])
    var failures: [Failure] = []
    for file in files {
      do throws(CNIError) {
        let list = try load(file)
        if list.name == name { return list }
      } catch {
        failures.append(Failure(file: file, error: error))
      }
    }
    let message =
      files.isEmpty ? "no net configurations found in \(path)" : "no net configuration with name \"\(name)\" in \(path)"
    throw CNIError(
      .networkNotFound, message, details: failures.map(\.description).joined(separator: "; "), network: name,
      underlying: failures.map(\.error))
  }

  /// Loads one file: a list, whose plugins may lie beside it, or a single configuration, made into a list.
  public func load(_ file: String) throws(CNIError) -> NetworkConfigurationList {
    guard let bytes = try read(file) else {
      throw CNIError(.invalidConfiguration, code: CNIError.Code.ioFailure, "error reading \(file): no such file")
    }
    guard file.hasSuffix(".conflist") else {
      let object = try NetworkConfigurationList.Head.object(in: bytes, maximumDepth: JSON.maximumForeignDepth)
      // A list under the name of a single configuration is what its author meant it to be.
      guard object["plugins"] == nil || object["type"] != nil else {
        return try NetworkConfigurationList(parsing: bytes)
      }
      return try NetworkConfigurationList(upconverting: try PluginConfiguration(.object(object)))
    }
    return try loadList(bytes)
  }

  private func read(_ file: String) throws(CNIError) -> [UInt8]? {
    try CNIError.translating { () throws(KernelError) in try HostFile.read(file, limit: CNIBounds.configuration) }
  }

  private func files(_ extensions: [String]) throws(CNIError) -> [String] {
    try CNIError.translating { () throws(KernelError) in try Directories.names(in: path) }
      .filter { name in extensions.contains { name.hasSuffix($0) } }
      .map { "\(path)/\($0)" }
      .filter { !HostFile.isDirectory($0) }
  }
}

extension NetworkConfigurationDirectory {
  /// A list, expanded by the plugins in `<directory>/<name>/*.conf`; its bytes are then those of the expanded list, so that DEL finds them all in the cache.
  private func loadList(_ bytes: [UInt8]) throws(CNIError) -> NetworkConfigurationList {
    var object = try NetworkConfigurationList.Head.object(in: bytes, maximumDepth: JSON.maximumForeignDepth)
    let head = try NetworkConfigurationList.Head(object)
    let inlined = try NetworkConfigurationList.Head.inlinedPlugins(object) ?? []
    let beside = head.loadOnlyInlinedPlugins ? [] : try pluginsBeside(head.name)
    let plugins = inlined + beside
    guard !plugins.isEmpty else { throw .configuration("no plugin configs found") }
    guard !beside.isEmpty else { return try NetworkConfigurationList(head: head, plugins: plugins, bytes: bytes) }
    object["plugins"] = .array(plugins.map { .object($0.object) })
    return try NetworkConfigurationList(head: head, plugins: plugins, bytes: JSON.object(object).serialized())
  }

  private func pluginsBeside(_ name: String) throws(CNIError) -> [PluginConfiguration] {
    var plugins: [PluginConfiguration] = []
    for file in try NetworkConfigurationDirectory("\(path)/\(name)").files([".conf"]) {
      guard let bytes = try read(file) else {
        throw CNIError(.invalidConfiguration, code: CNIError.Code.ioFailure, "error reading \(file): no such file")
      }
      do throws(CNIError) {
        plugins.append(try PluginConfiguration(parsing: bytes))
      } catch {
        throw .configuration("\(file): \(error.message)", code: error.code)
      }
    }
    return plugins
  }
}
