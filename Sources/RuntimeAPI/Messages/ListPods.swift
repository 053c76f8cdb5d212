extension Berth {
  /// A pod, and where it is to be found.
  public struct Pod: Message {
    /// As ListPodSandbox tells it.
    public var sandbox: CRI.PodSandbox?
    /// The pod's address on `eth0`; empty without a network of its own or when not ready.
    public var ip: String
    /// Further addresses of `eth0`.
    public var additionalIps: [String]
    /// The ports of the host that lead to it.
    public var portMappings: [CRI.PortMapping]
    /// The pid of its pause process on the host; 0 when it does not run.
    public var pid: Int32
    /// Where its network namespace is pinned; empty in the host's network, and once it is stopped.
    public var netnsPath: String

    /// Makes the message; what is left out has its proto3 default.
    public init(
      sandbox: CRI.PodSandbox? = nil, ip: String = "", additionalIps: [String] = [],
      portMappings: [CRI.PortMapping] = [], pid: Int32 = 0, netnsPath: String = ""
    ) {
      self.sandbox = sandbox
      self.ip = ip
      self.additionalIps = additionalIps
      self.portMappings = portMappings
      self.pid = pid
      self.netnsPath = netnsPath
    }
  }

  /// An operation under way.
  public struct Operation: Message {
    /// The sandbox's id.
    public var podSandboxId: String
    /// The pod's name.
    public var name: String
    /// The pod's namespace.
    public var namespace: String
    /// `RunPodSandbox`, `StopPodSandbox` or `RemovePodSandbox`.
    public var operation: String
    /// When it began, in nanoseconds since the epoch.
    public var startedAt: Int64
    /// The step that it is at; empty before the first.
    public var step: String
    /// The plugin's type and the verb that are waited for, as `bridge ADD`; empty when none is.
    public var pluginCall: String

    /// Makes the message; what is left out has its proto3 default.
    public init(
      podSandboxId: String = "", name: String = "", namespace: String = "", operation: String = "",
      startedAt: Int64 = 0, step: String = "", pluginCall: String = ""
    ) {
      self.podSandboxId = podSandboxId
      self.name = name
      self.namespace = namespace
      self.operation = operation
      self.startedAt = startedAt
      self.step = step
      self.pluginCall = pluginCall
    }
  }

  /// Asks for the pods, and for what is under way with them.
  public struct ListPodsRequest: Message {
    /// Makes the message.
    public init() {}
  }

  /// The pods, and what is under way.
  public struct ListPodsResponse: Message {
    /// The pods, the newest first.
    public var pods: [Pod]
    /// The operations under way, the oldest first: a run is no pod before it has ended.
    public var operations: [Operation]

    /// Makes the message; what is left out has its proto3 default.
    public init(pods: [Pod] = [], operations: [Operation] = []) {
      self.pods = pods
      self.operations = operations
    }
  }
}

extension BerthService {
  /// Lists pods with where they are to be found, and the operations under way.
  public static let listPods = RPC<Berth.ListPodsRequest, Berth.ListPodsResponse>(service: name, method: "ListPods")
}
