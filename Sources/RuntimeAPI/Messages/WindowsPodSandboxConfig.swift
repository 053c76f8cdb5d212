extension CRI {
  /// The Windows namespaces a pod asks for; decoded so that it can be refused with words.
  public struct WindowsNamespaceOption: Message {
    /// The network namespace.
    public var network: NamespaceMode

    /// Makes the message; what is left out has its proto3 default.
    public init(network: NamespaceMode = .pod) {
      self.network = network
    }
  }

  /// The Windows security options; decoded so that they can be refused with words.
  public struct WindowsSandboxSecurityContext: Message {
    /// The user name.
    public var runAsUsername: String
    /// The credential specification.
    public var credentialSpec: String
    /// Whether the pod runs host processes.
    public var hostProcess: Bool
    /// The namespaces.
    public var namespaceOptions: WindowsNamespaceOption?

    /// Makes the message; what is left out has its proto3 default.
    public init(
      runAsUsername: String = "", credentialSpec: String = "", hostProcess: Bool = false,
      namespaceOptions: WindowsNamespaceOption? = nil
    ) {
      self.runAsUsername = runAsUsername
      self.credentialSpec = credentialSpec
      self.hostProcess = hostProcess
      self.namespaceOptions = namespaceOptions
    }
  }

  /// What a sandbox's configuration says about Windows; decoded so that it can be refused with words.
  public struct WindowsPodSandboxConfig: Message {
    /// The security options.
    public var securityContext: WindowsSandboxSecurityContext?

    /// Makes the message; what is left out has its proto3 default.
    public init(securityContext: WindowsSandboxSecurityContext? = nil) {
      self.securityContext = securityContext
    }
  }
}
