extension CRI {
  /// Asks for a sandbox to be removed.
  public struct RemovePodSandboxRequest: Message {
    /// The sandbox's id or a prefix of it.
    public var podSandboxId: String

    /// Makes the message; what is left out has its proto3 default.
    public init(podSandboxId: String = "") {
      self.podSandboxId = podSandboxId
    }
  }

  /// Says that the sandbox is gone.
  public struct RemovePodSandboxResponse: Message {
    /// Makes the message; what is left out has its proto3 default.
    public init() {}
  }
}

extension RuntimeService {
  /// Removes a sandbox, stopping it first if it runs; not found is success.
  public static let removePodSandbox = RPC<CRI.RemovePodSandboxRequest, CRI.RemovePodSandboxResponse>(
    service: name, method: "RemovePodSandbox")
}
