extension CRI {
  /// Asks for a sandbox to be made and started.
  public struct RunPodSandboxRequest: Message {
    /// What the sandbox is made from; required.
    public var config: PodSandboxConfig?
    /// The runtime handler; empty is the default.
    public var runtimeHandler: String

    /// Makes the message; what is left out has its proto3 default.
    public init(config: PodSandboxConfig? = nil, runtimeHandler: String = "") {
      self.config = config
      self.runtimeHandler = runtimeHandler
    }
  }

  /// Names the sandbox that runs.
  public struct RunPodSandboxResponse: Message {
    /// The sandbox's id.
    public var podSandboxId: String

    /// Makes the message; what is left out has its proto3 default.
    public init(podSandboxId: String = "") {
      self.podSandboxId = podSandboxId
    }
  }
}

extension RuntimeService {
  /// Makes and starts a sandbox; running the same configuration again returns the same id.
  public static let runPodSandbox = RPC<CRI.RunPodSandboxRequest, CRI.RunPodSandboxResponse>(
    service: name, method: "RunPodSandbox")
}
