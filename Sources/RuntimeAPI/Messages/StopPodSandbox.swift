extension CRI {
  /// Asks for a sandbox to be stopped.
  public struct StopPodSandboxRequest: Message {
    /// The sandbox's id or a prefix of it.
    public var podSandboxId: String

    /// Makes the message; what is left out has its proto3 default.
    public init(podSandboxId: String = "") {
      self.podSandboxId = podSandboxId
    }
  }

  /// Says that the sandbox is stopped.
  public struct StopPodSandboxResponse: Message {
    /// Makes the message; what is left out has its proto3 default.
    public init() {}
  }
}

extension RuntimeService {
  /// Stops a sandbox and gives back its network; not found is success.
  public static let stopPodSandbox = RPC<CRI.StopPodSandboxRequest, CRI.StopPodSandboxResponse>(
    service: name, method: "StopPodSandbox")
}
