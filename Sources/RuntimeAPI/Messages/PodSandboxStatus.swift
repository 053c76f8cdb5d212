extension CRI {
  /// Whether a sandbox is usable.
  public enum PodSandboxState: String, ProtoEnum {
    /// The sandbox runs.
    case ready = "SANDBOX_READY"
    /// The sandbox is stopped, or its process died.
    case notReady = "SANDBOX_NOTREADY"
  }

  /// One address of a pod.
  public struct PodIP: Message {
    /// The address.
    public var ip: String

    /// Makes the message; what is left out has its proto3 default.
    public init(ip: String = "") {
      self.ip = ip
    }
  }

  /// A pod's addresses.
  public struct PodSandboxNetworkStatus: Message {
    /// The primary address; empty in the host's network.
    public var ip: String
    /// The other addresses.
    public var additionalIps: [PodIP]

    /// Makes the message; what is left out has its proto3 default.
    public init(ip: String = "", additionalIps: [PodIP] = []) {
      self.ip = ip
      self.additionalIps = additionalIps
    }
  }

  /// A pod's namespaces.
  public struct Namespace: Message {
    /// What the configuration asked for.
    public var options: NamespaceOption?

    /// Makes the message; what is left out has its proto3 default.
    public init(options: NamespaceOption? = nil) {
      self.options = options
    }
  }

  /// What a sandbox's status says about Linux.
  public struct LinuxPodSandboxStatus: Message {
    /// The sandbox's namespaces.
    public var namespaces: Namespace?

    /// Makes the message; what is left out has its proto3 default.
    public init(namespaces: Namespace? = nil) {
      self.namespaces = namespaces
    }
  }

  /// A sandbox as it is now.
  public struct PodSandboxStatus: Message {
    /// The sandbox's id.
    public var id: String
    /// What names the sandbox.
    public var metadata: PodSandboxMetadata?
    /// Whether it is usable.
    public var state: PodSandboxState
    /// When it was made, in nanoseconds since the epoch.
    public var createdAt: Int64
    /// Its addresses.
    public var network: PodSandboxNetworkStatus?
    /// What concerns Linux.
    public var linux: LinuxPodSandboxStatus?
    /// Its labels.
    public var labels: [String: String]
    /// Its annotations.
    public var annotations: [String: String]
    /// Its runtime handler.
    public var runtimeHandler: String

    /// Makes the message; what is left out has its proto3 default.
    public init(
      id: String = "", metadata: PodSandboxMetadata? = nil, state: PodSandboxState = .ready, createdAt: Int64 = 0,
      network: PodSandboxNetworkStatus? = nil, linux: LinuxPodSandboxStatus? = nil, labels: [String: String] = [:],
      annotations: [String: String] = [:], runtimeHandler: String = ""
    ) {
      self.id = id
      self.metadata = metadata
      self.state = state
      self.createdAt = createdAt
      self.network = network
      self.linux = linux
      self.labels = labels
      self.annotations = annotations
      self.runtimeHandler = runtimeHandler
    }
  }

  /// Asks for a sandbox's status.
  public struct PodSandboxStatusRequest: Message {
    /// The sandbox's id or a prefix of it.
    public var podSandboxId: String
    /// Whether `info` is wanted.
    public var verbose: Bool

    /// Makes the message; what is left out has its proto3 default.
    public init(podSandboxId: String = "", verbose: Bool = false) {
      self.podSandboxId = podSandboxId
      self.verbose = verbose
    }
  }

  /// A sandbox's status.
  public struct PodSandboxStatusResponse: Message {
    /// The sandbox as it is now.
    public var status: PodSandboxStatus?
    /// With `verbose`: `info`, a JSON document.
    public var info: [String: String]
    /// When the status was taken, in nanoseconds since the epoch.
    public var timestamp: Int64

    /// Makes the message; what is left out has its proto3 default.
    public init(status: PodSandboxStatus? = nil, info: [String: String] = [:], timestamp: Int64 = 0) {
      self.status = status
      self.info = info
      self.timestamp = timestamp
    }
  }
}

extension RuntimeService {
  /// Says how one sandbox is.
  public static let podSandboxStatus = RPC<CRI.PodSandboxStatusRequest, CRI.PodSandboxStatusResponse>(
    service: name, method: "PodSandboxStatus")
}
