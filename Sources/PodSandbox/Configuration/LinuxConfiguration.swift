/// CRI's `LinuxPodSandboxConfig`.
public struct LinuxConfiguration: Sendable, Hashable, Codable {
  /// Replaces the daemon's cgroup parent for this sandbox; empty: the daemon's.
  public var cgroupParent = ""
  /// Who the sandbox's process is and which namespaces it shares.
  public var securityContext = SecurityContext()
  /// Namespaced kernel parameters, applied inside the new namespaces only.
  public var sysctls: [String: String] = [:]
  /// What the sandbox itself costs, as the caller reckons it. Stored.
  public var overhead: LinuxResources?
  /// The sum of the pod's containers' resources. Stored, and set as the pod cgroup's limits.
  public var resources: LinuxResources?
  /// A configuration with every field at its default.
  public init() {}

  /// CRI's `LinuxSandboxSecurityContext`.
  public struct SecurityContext: Sendable, Hashable, Codable {
    /// The namespaces that are the pod's own or the host's.
    public var namespaceOptions = NamespaceOptions()
    /// The uid of the pause process; `nil`: 65535.
    public var runAsUser: Int64?
    /// The gid of the pause process; needs `runAsUser`. `nil`: 65535.
    public var runAsGroup: Int64?
    /// Accepted; the sandbox's root is always empty and read-only.
    public var readonlyRootfs = false
    /// Supplementary groups of the pause process.
    public var supplementalGroups: [Int64] = []
    /// Accepted; pause has nothing to be privileged for.
    public var privileged = false
    /// The SELinux label. `nil`: none. Without effect, and warned of, on a host without SELinux; refused on one that has it.
    public var selinuxOptions: SELinuxOptions?
    /// The file of a seccomp profile that is asked for by its path; `nil`: none. It must exist, and has no effect: pause's own
    /// filter allows less than any profile.
    public var seccompProfile: String?
    /// A context with every field at its default.
    public init() {}
  }

  /// CRI's `SELinuxOption`.
  public struct SELinuxOptions: Sendable, Hashable, Codable {
    /// The label's user.
    public var user = ""
    /// The label's role.
    public var role = ""
    /// The label's type.
    public var type = ""
    /// The label's level.
    public var level = ""
    /// A label with every part empty.
    public init() {}
  }

  /// CRI's `NamespaceMode`.
  public enum NamespaceMode: String, Sendable, Codable { case pod, container, node, target }

  /// CRI's `NamespaceOption`.
  public struct NamespaceOptions: Sendable, Hashable, Codable {
    /// `pod`: a network namespace of its own; `node`: the host's.
    public var network = NamespaceMode.pod
    /// `pod`, `container`: a pid namespace of its own; `node`: the host's.
    public var pid = NamespaceMode.pod
    /// `pod`: an IPC namespace of its own; `node`: the host's.
    public var ipc = NamespaceMode.pod
    /// A user namespace of its own, with exactly one mapping each for uids and gids.
    public var userNamespace: UserNamespace?
    /// Options with every field at its default.
    public init() {}
  }

  /// CRI's `UserNamespace` in mode `POD`.
  public struct UserNamespace: Sendable, Hashable, Codable {
    /// CRI's `IDMapping`: `length` ids from `containerID` appear on the host from `hostID`.
    public struct IDMapping: Sendable, Hashable, Codable {
      /// The first id on the host.
      public var hostID: UInt32 = 0
      /// The first id inside.
      public var containerID: UInt32 = 0
      /// How many ids.
      public var length: UInt32 = 0
      /// An empty mapping.
      public init() {}
    }
    /// The uid mappings.
    public var uids: [IDMapping] = []
    /// The gid mappings.
    public var gids: [IDMapping] = []
    /// A namespace without mappings.
    public init() {}
  }
}

/// CRI's `LinuxContainerResources`; zero means unset.
public struct LinuxResources: Sendable, Hashable, Codable {
  /// The CFS period in microseconds.
  public var cpuPeriod: Int64 = 0
  /// The CFS quota in microseconds.
  public var cpuQuota: Int64 = 0
  /// Relative CPU weight, 2 to 262144.
  public var cpuShares: Int64 = 0
  /// Memory limit in bytes.
  public var memoryLimitInBytes: Int64 = 0
  /// `oom_score_adj`, -1000 to 1000.
  public var oomScoreAdj: Int64 = 0
  /// CPUs in list form, as `0-3,5`.
  public var cpusetCpus = ""
  /// Memory nodes in list form.
  public var cpusetMems = ""
  /// Memory plus swap limit in bytes.
  public var memorySwapLimitInBytes: Int64 = 0
  /// Values for cgroup v2 files by name.
  public var unified: [String: String] = [:]
  /// Limits by huge page size.
  public var hugepageLimits: [String: UInt64] = [:]
  /// Resources with nothing set.
  public init() {}
}
