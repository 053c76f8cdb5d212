extension Berth {
  /// Asks for a sandbox to be removed even while its networks will not let go of it.
  public struct ForceRemovePodSandboxRequest: Message {
    /// The sandbox's id or a prefix of it.
    public var podSandboxId: String
    /// Whether what the networks keep is written off instead of owed; the answer tells what was given up.
    public var forgive: Bool

    /// Makes the message; what is left out has its proto3 default.
    public init(podSandboxId: String = "", forgive: Bool = false) {
      self.podSandboxId = podSandboxId
      self.forgive = forgive
    }
  }

  /// Says that the sandbox is gone and its name is free.
  public struct ForceRemovePodSandboxResponse: Message {
    /// How each step's undo went, newest step first. A failed one means that its networks' DEL is owed, which is tried
    /// again until it succeeds; a forgiven one that it was written off.
    public var undo: [UndoReport.Step]

    /// Makes the message; what is left out has its proto3 default.
    public init(undo: [UndoReport.Step] = []) {
      self.undo = undo
    }
  }
}

extension BerthService {
  /// Removes a sandbox, stopping it first if it runs, and owes the DEL that fails; not found is success.
  public static let forceRemovePodSandbox = RPC<
    Berth.ForceRemovePodSandboxRequest, Berth.ForceRemovePodSandboxResponse
  >(service: name, method: "ForceRemovePodSandbox")
}
