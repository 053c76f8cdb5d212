/// Where a sandbox service keeps its things and how long it waits: berthd's flags and configuration file.
public struct SandboxServiceConfiguration: Sendable, Hashable {
  /// Durable records.
  public var root = "/var/lib/berth"
  /// State of this boot: files and shm of each sandbox.
  public var state = "/run/berth"
  /// Where network namespaces are pinned.
  public var networkNamespaceDirectory = "/var/run/netns"
  /// CNI configuration of the default handler.
  public var cniConfigurationDirectory = "/etc/berth/net.d"
  /// Where plugins are looked for, in order.
  public var cniPluginDirectories = ["/opt/cni/bin", "/usr/lib/cni"]
  /// The CNI result cache, shared with other runtimes.
  public var cniCacheDirectory = "/var/lib/cni"
  /// The cgroup below which each sandbox has its own, in every hierarchy.
  public var cgroupParent = "/berth"
  /// The pause program; executable by others.
  public var pauseBinary = ""
  /// Which plugins the daemon serves itself; chosen at ADD, and kept for the pod's life.
  public var nativePlugins = NativePluginSetting.auto
  /// Further runtime handlers by name; the default one has the empty name and is always there.
  public var runtimeHandlers: [String: RuntimeHandler] = [:]
  /// The most time that a step other than the networks may take.
  public var stepTimeout = Duration.seconds(30)
  /// The most time that one plugin may take to ADD.
  public var pluginTimeout = Duration.seconds(120)
  /// The most time that one plugin may take to DEL.
  public var pluginDeleteTimeout = Duration.seconds(60)
  /// Failed runs whose traces are kept in memory.
  public var failedTraces = 200
  /// The group that may use the socket and see the state directory; `nil`: root alone.
  public var group: UInt32?
  /// How many files plugins may have open: the daemon's own limit before it was raised; `nil`: as the daemon's.
  public var pluginOpenFiles: OpenFilesLimit?

  /// The default paths and times.
  public init() {}

  /// What a runtime handler changes.
  public struct RuntimeHandler: Sendable, Hashable {
    /// The CNI configuration directory of this handler; `nil`: the default one.
    public var cniConfigurationDirectory: String?
    /// The networks by name, `eth0` first; empty: the first one found.
    public var networks: [String] = []
    /// Which plugins are native for this handler's pods; `nil`: as for the default one's.
    public var nativePlugins: NativePluginSetting?
    /// A handler that changes nothing.
    public init() {}
  }

  /// A soft and a hard limit of open files.
  public struct OpenFilesLimit: Sendable, Hashable {
    /// The limit in force.
    public let soft: UInt64
    /// The most it may be raised to.
    public let hard: UInt64
    /// A pair of limits.
    public init(soft: UInt64, hard: UInt64) {
      self.soft = soft
      self.hard = hard
    }
  }
}
