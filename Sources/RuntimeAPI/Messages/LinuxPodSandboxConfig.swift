extension CRI {
  /// What a sandbox's configuration says about Linux.
  public struct LinuxPodSandboxConfig: Message {
    /// The cgroup under which the sandbox's is made; empty is the daemon's own parent.
    public var cgroupParent: String
    /// The security options.
    public var securityContext: LinuxSandboxSecurityContext?
    /// Sysctls to set in the sandbox's namespaces.
    public var sysctls: [String: String]
    /// What the sandbox itself costs.
    public var overhead: LinuxContainerResources?
    /// What all containers of the pod may use together.
    public var resources: LinuxContainerResources?

    /// Makes the message; what is left out has its proto3 default.
    public init(
      cgroupParent: String = "", securityContext: LinuxSandboxSecurityContext? = nil, sysctls: [String: String] = [:],
      overhead: LinuxContainerResources? = nil, resources: LinuxContainerResources? = nil
    ) {
      self.cgroupParent = cgroupParent
      self.securityContext = securityContext
      self.sysctls = sysctls
      self.overhead = overhead
      self.resources = resources
    }
  }
}
