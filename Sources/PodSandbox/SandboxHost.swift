import CNI
import Glibc
import LinuxKernel
import Logging
import Synchronization
import SystemPackage

/// The doors to the host that every sandbox of this daemon uses.
final class SandboxHost: Sendable {
  let configuration: SandboxServiceConfiguration
  let logger: Logger
  let ids: SandboxIDs
  let store: SandboxStore
  let bootID: String
  /// Where sandboxes have groups; a plugin and its children are found in the primary one alone.
  let cgroups: CgroupHierarchies
  let spawner: PauseSpawner
  let exits: ExitWatcher
  let timer: DeadlineTimer
  /// Networks by configuration directory.
  private let catalogs: [String: NetworkCatalog]
  private let hasWarnedOfOOMScore = Atomic(false)
  /// Held as long as the daemon lives: no second one on the same directories.
  private let locks: [FileLock]

  /// Makes the directories, takes the locks, prepares the kernel's doors. Nothing of a sandbox is touched.
  init(_ given: SandboxServiceConfiguration, logger: Logger) throws {
    let configuration = try Self.prepared(given)
    locks = [try Self.lock(configuration.root + "/lock"), try Self.lock(configuration.state + "/lock")]
    self.configuration = configuration
    // The child's setresuid clears the flag of the memory it shares with us; so it is never set.
    Dumpable.disable()
    self.logger = logger
    ids = SandboxIDs(root: configuration.root)
    store = SandboxStore(root: configuration.root)
    bootID = try BootID.current()
    try Directories.create(store.directory, mode: 0o700, group: nil)
    try Directories.create(configuration.state + "/sandboxes", mode: 0o700, group: nil)
    try NetworkNamespace.prepareDirectory(configuration.networkNamespaceDirectory)
    cgroups = try CgroupHierarchies.discover()
    spawner = try PauseSpawner(pauseBinary: configuration.pauseBinary)
    exits = try ExitWatcher()
    timer = try DeadlineTimer()
    let directories =
      [configuration.cniConfigurationDirectory]
      + configuration.runtimeHandlers.values.compactMap(\.cniConfigurationDirectory)
    var catalogs: [String: NetworkCatalog] = [:]
    let runtime = CNIRuntime(
      pluginDirectories: configuration.cniPluginDirectories, cacheDirectory: configuration.cniCacheDirectory,
      invoker: Self.invoker(configuration, timeout: .seconds(5), cgroup: nil))
    for directory in Set(directories) {
      catalogs[directory] = try NetworkCatalog(directory: directory, runtime: runtime)
    }
    self.catalogs = catalogs
  }

  /// The configuration with canonical paths whose directories exist.
  private static func prepared(_ given: SandboxServiceConfiguration) throws -> SandboxServiceConfiguration {
    var configuration = given
    configuration.root = try Directories.canonical(given.root)
    configuration.state = try Directories.canonical(given.state)
    configuration.networkNamespaceDirectory = try Directories.canonical(given.networkNamespaceDirectory)
    try Directories.create(configuration.root, mode: 0o700)
    try Directories.create(
      configuration.state, mode: given.group == nil ? 0o700 : 0o750, group: given.group)
    return configuration
  }

  private static func lock(_ path: String) throws -> FileLock {
    do throws(KernelError) {
      return try FileLock.acquire(path, retryFor: .seconds(2))
    } catch {
      guard error.errno == .resourceTemporarilyUnavailable else { throw error }
      throw SandboxError(
        .failedPrecondition,
        "another berthd uses these directories: it holds \(path); stop it, or give this one --root and --state of its own"
      )
    }
  }

  /// Says once that pauses do not get their oom_score_adj here.
  func warnOfOOMScore(_ reason: Errno) {
    guard !hasWarnedOfOOMScore.exchange(true, ordering: .relaxed) else { return }
    logger.warning(
      "pauses keep the daemon's oom_score_adj, so the kernel may kill them before their containers: setting it to -998 needs CAP_SYS_RESOURCE",
      metadata: ["error": "\(reason)"])
  }

  /// A thread for one operation from its beginning to its end.
  ///
  /// - Throws: `resourceExhausted` when there is none to be had; taken first, nothing has begun then.
  func operationThread(for sandboxID: String? = nil) throws(SandboxError) -> OperationThread {
    do throws(KernelError) {
      return try OperationThread()
    } catch {
      throw SandboxError(.resourceExhausted, "\(error)", sandboxID: sandboxID)
    }
  }

  /// Ends the threads that watch and spawn.
  func shutdown() {
    for catalog in catalogs.values { catalog.shutdown() }
    exits.shutdown()
    spawner.shutdown()
    removeIdleCgroup()
  }

  /// Takes the daemon's own cgroup away, if no sandbox is left in it.
  private func removeIdleCgroup() {
    let parent = Cgroup(path: configuration.cgroupParent, in: cgroups.all)
    // Where sandboxes live on, the kernel says EBUSY, and rightly so.
    for hierarchy in cgroups.all { rmdir(parent.directory(in: hierarchy)) }
  }

  /// The handler of this name; the default one has the empty name.
  func handler(_ name: String) throws(SandboxError) -> SandboxServiceConfiguration.RuntimeHandler {
    if let handler = configuration.runtimeHandlers[name] { return handler }
    guard name.isEmpty else {
      let known = configuration.runtimeHandlers.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
      throw SandboxError(
        .invalidArgument,
        "no runtime handler \"\(name)\" is configured; "
          + (known.isEmpty ? "only the default one, the empty name, is" : "the default one and \(known) are"))
    }
    return SandboxServiceConfiguration.RuntimeHandler()
  }

  /// The networks that a handler's pods are on.
  func catalog(_ handler: SandboxServiceConfiguration.RuntimeHandler) -> NetworkCatalog {
    let directory = handler.cniConfigurationDirectory ?? configuration.cniConfigurationDirectory
    guard let catalog = catalogs[directory] else {
      preconditionFailure("every handler's directory has a catalog since init")
    }
    return catalog
  }

  /// All catalogs, the default handler's first.
  var allCatalogs: [NetworkCatalog] {
    catalogs.values.sorted { a, b in
      (a.directory == configuration.cniConfigurationDirectory ? "" : a.directory)
        < (b.directory == configuration.cniConfigurationDirectory ? "" : b.directory)
    }
  }

  /// The CNI runtime for one sandbox: its plugins are born into its group, and their calls go into its trace.
  func cni(
    for sandbox: SandboxContext, timeout: Duration, meanwhile: (@Sendable () -> Void)? = nil
  ) -> CNIRuntime {
    let trace = sandbox.trace
    return cni(timeout: timeout, cgroup: sandbox.paths.pluginCgroup, meanwhile: meanwhile) { trace.add($0) }
  }

  /// A CNI runtime for what concerns no sandbox.
  func cni(
    timeout: Duration, cgroup: Cgroup? = nil, meanwhile: (@Sendable () -> Void)? = nil,
    observer: (@Sendable (PluginCallRecord) -> Void)? = nil
  ) -> CNIRuntime {
    var invoker = Self.invoker(configuration, timeout: timeout, cgroup: cgroup)
    invoker.meanwhile = meanwhile
    return CNIRuntime(
      pluginDirectories: configuration.cniPluginDirectories, cacheDirectory: configuration.cniCacheDirectory,
      invoker: invoker, observer: observer)
  }

  private static func invoker(
    _ configuration: SandboxServiceConfiguration, timeout: Duration, cgroup: Cgroup?
  ) -> ExecutablePluginInvoker {
    ExecutablePluginInvoker(
      cgroup: cgroup, timeout: timeout,
      openFilesLimit: configuration.pluginOpenFiles.map {
        rlimit(rlim_cur: rlim_t($0.soft), rlim_max: rlim_t($0.hard))
      })
  }
}
