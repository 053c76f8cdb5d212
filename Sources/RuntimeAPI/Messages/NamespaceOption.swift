extension CRI {
  /// Which namespace of a kind a sandbox gets.
  public enum NamespaceMode: String, ProtoEnum {
    /// One namespace shared by the pod.
    case pod = "POD"
    /// One namespace per container; for pid only.
    case container = "CONTAINER"
    /// The host's namespace.
    case node = "NODE"
    /// The namespace of the container `targetId` names; for pid only.
    case target = "TARGET"
  }

  /// One range of a user namespace's id map.
  public struct IDMapping: Message {
    /// The first id on the host.
    public var hostId: UInt32
    /// The first id inside the namespace.
    public var containerId: UInt32
    /// How many ids the range has.
    public var length: UInt32

    /// Makes the message; what is left out has its proto3 default.
    public init(hostId: UInt32 = 0, containerId: UInt32 = 0, length: UInt32 = 0) {
      self.hostId = hostId
      self.containerId = containerId
      self.length = length
    }
  }

  /// The user namespace a pod asks for.
  public struct UserNamespace: Message {
    /// `NODE` for the host's, `POD` for a namespace of the pod's own.
    public var mode: NamespaceMode
    /// The map of user ids; with `POD` exactly one range.
    public var uids: [IDMapping]
    /// The map of group ids; with `POD` exactly one range.
    public var gids: [IDMapping]

    /// Makes the message; what is left out has its proto3 default.
    public init(mode: NamespaceMode = .pod, uids: [IDMapping] = [], gids: [IDMapping] = []) {
      self.mode = mode
      self.uids = uids
      self.gids = gids
    }
  }

  /// The Linux namespaces a pod asks for.
  public struct NamespaceOption: Message {
    /// The network namespace: `POD` or `NODE`.
    public var network: NamespaceMode
    /// The pid namespace.
    public var pid: NamespaceMode
    /// The IPC namespace: `POD` or `NODE`.
    public var ipc: NamespaceMode
    /// The container whose pid namespace `TARGET` means.
    public var targetId: String
    /// The user namespace; nil is the host's.
    public var usernsOptions: UserNamespace?

    /// Makes the message; what is left out has its proto3 default.
    public init(
      network: NamespaceMode = .pod, pid: NamespaceMode = .pod, ipc: NamespaceMode = .pod, targetId: String = "",
      usernsOptions: UserNamespace? = nil
    ) {
      self.network = network
      self.pid = pid
      self.ipc = ipc
      self.targetId = targetId
      self.usernsOptions = usernsOptions
    }
  }
}
