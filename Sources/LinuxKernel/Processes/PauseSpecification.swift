import CSpawn

/// The namespaces a pause gets of its own; a cgroup namespace always comes, a mount namespace is shared by all pauses.
public struct PauseNamespaces: OptionSet, Hashable, Sendable {
  /// The bits.
  public let rawValue: UInt32

  /// Creates a set from its bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Interfaces, addresses, routes, firewall rules.
  public static let network = PauseNamespaces(rawValue: 1)
  /// The host name.
  public static let uts = PauseNamespaces(rawValue: 2)
  /// System V IPC and POSIX message queues.
  public static let ipc = PauseNamespaces(rawValue: 4)
  /// Process numbers; pause is number 1 and reaps.
  public static let pid = PauseNamespaces(rawValue: 8)
}

/// Users and groups of a user namespace (user_namespaces(7)).
public struct UserNamespaceMapping: Hashable, Sendable {
  /// A range of numbers.
  public struct Range: Hashable, Sendable {
    /// The first number outside.
    public let hostID: UInt32
    /// The first number inside.
    public let containerID: UInt32
    /// How many.
    public let length: UInt32

    /// Creates a range.
    public init(hostID: UInt32, containerID: UInt32, length: UInt32) {
      self.hostID = hostID
      self.containerID = containerID
      self.length = length
    }
  }

  /// The users.
  public let uids: [Range]
  /// The groups.
  public let gids: [Range]

  /// Creates a mapping; user_namespaces(7) tells what the kernel accepts.
  public init(uids: [Range], gids: [Range]) {
    self.uids = uids
    self.gids = gids
  }
}

/// Everything that makes one pause different from another.
public struct PauseSpecification: Sendable {
  /// What it does not share with the host.
  public var namespaces: PauseNamespaces
  /// The network namespace to start it in; otherwise the start makes one, if it is to have one. Where there is a user
  /// namespace it belongs to that, and only the start can make it.
  public var networkNamespace: SharedDescriptor?
  /// At most 64 bytes; needs the UTS namespace.
  public var hostname: String?
  /// The user, as a user namespace sees it if there is one.
  public var uid: UInt32
  /// The group, as a user namespace sees it if there is one.
  public var gid: UInt32
  /// Further groups.
  public var supplementalGroups: [UInt32]
  /// -1000 to 1000; lowering it needs CAP_SYS_RESOURCE, see ``StartedPause/oomScoreError``.
  public var oomScoreAdjustment: Int
  /// Gives pause a user namespace, and with it a mount namespace of its own.
  public var userNamespace: UserNamespaceMapping?
  /// Restricts pause to the system calls it makes when it runs: instructions of the kernel's own program (struct
  /// sock_filter, 8 bytes each), at most 256. It must let through, of descriptor 3 alone, sendto and read.
  public var seccomp: [UInt64]?
  /// The cgroup it is born in; it must exist.
  public var cgroup: Cgroup?

  /// Pause's descriptor on which it answers and is committed.
  package static var socket: CInt { CInt(CSPAWN_PAUSE_SOCKET) }

  /// Creates a specification without a ready network namespace; the defaults are those of an ordinary pod.
  public init(
    namespaces: PauseNamespaces = [.network, .uts, .ipc, .pid], hostname: String? = nil, uid: UInt32 = 65535,
    gid: UInt32 = 65535, supplementalGroups: [UInt32] = [], oomScoreAdjustment: Int = -998,
    userNamespace: UserNamespaceMapping? = nil, seccomp: [UInt64]? = nil, cgroup: Cgroup? = nil
  ) {
    self.namespaces = namespaces
    self.hostname = hostname
    self.uid = uid
    self.gid = gid
    self.supplementalGroups = supplementalGroups
    self.oomScoreAdjustment = oomScoreAdjustment
    self.userNamespace = userNamespace
    self.seccomp = seccomp
    self.cgroup = cgroup
  }
}
