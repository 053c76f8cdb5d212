import CNI
import Glibc
import LinuxKernel
import Logging

/// The doors to the host that every sandbox of this daemon uses.
final class SandboxHost: Sendable {
  let configuration: SandboxServiceConfiguration
  let logger: Logger
  let ids: SandboxIDs
  let store: SandboxStore
  let traces: TraceStore
  let underWay = UnderWay()
  let bootID: String
  /// Where sandboxes have groups; a plugin and its children are found in the primary one alone.
  let cgroups: CgroupHierarchies
  let spawner: PauseSpawner
  let pauseFilter: SeccompFilter
  let watcher: Watcher
  let syncer: Syncer
  let plugins: Plugins
  let networks: NetworkCatalogs
  let oomScore: OOMScoreWarning
  /// Held as long as the daemon lives: no second one on the same directories.
  private let locks: [FileLock]

  /// Makes the directories, takes the locks, prepares the kernel's doors. Nothing of a sandbox is touched.
  init(_ given: SandboxServiceConfiguration, logger: Logger) throws {
    try KernelRequirements.check()
    ChildSignal.setDefault()
    let configuration = try DaemonDirectories.prepared(given)
    locks = try DaemonDirectories.lock(configuration)
    self.configuration = configuration
    // Nobody but root reads what plugins are given.
    Dumpable.disable()
    self.logger = logger
    store = SandboxStore(root: configuration.root)
    try Directories.create(store.directory, mode: 0o700, group: nil)
    try Directories.create(configuration.state + "/sandboxes", mode: 0o700, group: nil)
    ids = SandboxIDs(tag: try Instance.tag(root: configuration.root, store: store))
    traces = try TraceStore(state: configuration.state, limit: configuration.failedTraces)
    bootID = try BootID.current()
    try NetworkNamespace.prepareDirectory(configuration.networkNamespaceDirectory)
    cgroups = try CgroupHierarchies.discover()
    pauseFilter = try SeccompFilter()
    spawner = try PauseSpawner(pauseBinary: configuration.pauseBinary)
    watcher = try Watcher()
    Orphans.reap(with: watcher)
    syncer = try Syncer()
    oomScore = OOMScoreWarning(logger: logger)
    plugins = Plugins(
      directories: configuration.cniPluginDirectories, cacheDirectory: configuration.cniCacheDirectory,
      addTimeout: configuration.pluginTimeout, deleteTimeout: configuration.pluginDeleteTimeout,
      native: configuration.nativePlugins,
      openFiles: configuration.pluginOpenFiles, dataDirectories: try DataDirectories(root: configuration.root))
    let plugins = plugins
    networks = try NetworkCatalogs(configuration, plugins: plugins)
  }

  /// Ends the threads that watch, sync and spawn.
  func shutdown() {
    networks.shutdown()
    watcher.shutdown()
    syncer.shutdown()
    spawner.shutdown()
    removeIdleCgroup()
  }

  /// Where everything of a sandbox is.
  func paths(_ record: SandboxRecord) -> SandboxPaths { SandboxPaths(record, configuration, cgroups) }

  /// What the steps of a sandbox work on.
  func pod(_ record: SandboxRecord, trace: TraceRecorder) -> Pod {
    Pod(record, paths(record), isOfThisBoot: record.intent.bootID == bootID, trace: trace)
  }

  /// Takes the daemon's own cgroup away, if no sandbox is left in it.
  private func removeIdleCgroup() {
    let parent = Cgroup(path: configuration.cgroupParent, in: cgroups.all)
    // Where sandboxes live on, the kernel says EBUSY, and rightly so.
    for hierarchy in cgroups.all { rmdir(parent.directory(in: hierarchy)) }
  }
}
