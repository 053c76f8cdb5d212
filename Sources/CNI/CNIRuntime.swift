import LinuxKernel

/// A CNI runtime: the verbs of the specification 1.1.0 on networks, with libcni's cache (libcni's `CNIConfig`).
///
/// A value that is cheap to make and copy: make one for each sandbox when its plugins need an invoker or an observer of
/// their own. Operations on one container must not overlap; that is the caller's part. GC waits for running ADDs and DELs
/// of its network, and they for it, across all values of one process that share a cache directory.
///
/// All verbs validate container, network and interface name first. They block the calling thread, which should be a plain one
/// of the caller's own (DEL may visit the network namespace on it); each has an asynchronous form of the same name, which runs
/// it on a thread of its own. Cancelling ends the plugin that runs.
public struct CNIRuntime: Sendable {
  /// Where the cache is unless told otherwise; other runtimes share it.
  public static let defaultCacheDirectory = "/var/lib/cni"

  /// Where plugins are looked for, in this order; also `CNI_PATH`.
  public let pluginDirectories: [String]
  /// The directory whose `results` holds the cache.
  public let cacheDirectory: String
  let invoker: any PluginInvoker
  let observer: (@Sendable (PluginCallRecord) -> Void)?
  let keepsContents: Bool

  /// A runtime. The observer is called after every plugin call, on whatever thread; with `keepsContents` its records hold request and standard output.
  public init(
    pluginDirectories: [String], cacheDirectory: String = CNIRuntime.defaultCacheDirectory,
    invoker: any PluginInvoker, keepsContents: Bool = false, observer: (@Sendable (PluginCallRecord) -> Void)? = nil
  ) {
    self.pluginDirectories = pluginDirectories
    self.cacheDirectory = cacheDirectory
    self.invoker = invoker
    self.keepsContents = keepsContents
    self.observer = observer
  }

  var cache: ResultCache { ResultCache(directory: cacheDirectory) }

  func enter(
    _ list: NetworkConfigurationList, _ access: NetworkGates.Access, _ cancellation: Cancellation?
  ) throws(CNIError) -> NetworkGates.Pass {
    do {
      return try NetworkGates.shared.enter("\(cacheDirectory)\0\(list.name)", access, cancellation)
    } catch {
      throw error.located(network: list.name)
    }
  }
}
