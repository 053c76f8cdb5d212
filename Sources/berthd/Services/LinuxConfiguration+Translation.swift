import JSON
import PodSandbox
import RuntimeAPI

extension LinuxConfiguration {
  init(_ linux: CRI.LinuxPodSandboxConfig) throws(ConnectError) {
    self.init()
    cgroupParent = linux.cgroupParent
    sysctls = linux.sysctls
    overhead = try linux.overhead.map { (value) throws(ConnectError) in
      try LinuxResources(value, "config.linux.overhead")
    }
    resources = try linux.resources.map { (value) throws(ConnectError) in
      try LinuxResources(value, "config.linux.resources")
    }
    securityContext = try SecurityContext(linux.securityContext ?? CRI.LinuxSandboxSecurityContext())
  }
}

extension LinuxConfiguration.SecurityContext {
  private static let path = "config.linux.securityContext"

  init(_ context: CRI.LinuxSandboxSecurityContext) throws(ConnectError) {
    self.init()
    namespaceOptions = try LinuxConfiguration.NamespaceOptions(context.namespaceOptions ?? CRI.NamespaceOption())
    runAsUser = context.runAsUser?.value
    runAsGroup = context.runAsGroup?.value
    readonlyRootfs = context.readonlyRootfs
    supplementalGroups = context.supplementalGroups
    privileged = context.privileged
    // An empty label asks for nothing.
    selinuxOptions = context.selinuxOptions.flatMap {
      $0 == CRI.SELinuxOption() ? nil : LinuxConfiguration.SELinuxOptions($0)
    }
    seccompProfile = try Self.seccompProfile(context)
    try Self.refuse(context)
  }

  /// The file of the seccomp profile that is asked for by its path, in one of the two fields that CRI has for it.
  private static func seccompProfile(_ context: CRI.LinuxSandboxSecurityContext) throws(ConnectError) -> String? {
    let old = context.seccompProfilePath
    let isPath = old.utf8.starts(with: "localhost/".utf8)
    guard isPath || ["", "unconfined", "runtime/default", "docker/default"].contains(old) else {
      throw ConnectError(
        invalid:
          "\(path).seccompProfilePath: \"\(old.beginning(256))\" is none of unconfined, runtime/default, docker/default "
          + "and localhost/PATH")
    }
    guard let profile = context.seccomp else { return isPath ? String(old.dropFirst("localhost/".count)) : nil }
    guard profile.profileType == .localhost else {
      guard profile.localhostRef.isEmpty else {
        throw ConnectError(invalid: "\(path).seccomp.localhostRef: only the profile type Localhost has one")
      }
      return nil
    }
    return profile.localhostRef
  }

  /// What a container would rely on is refused rather than dropped: profiles are for containers, of which a sandbox has none.
  private static func refuse(_ context: CRI.LinuxSandboxSecurityContext) throws(ConnectError) {
    guard let profile = context.apparmor else { return }
    guard profile.profileType != .localhost else {
      throw ConnectError(
        invalid: "\(path).apparmor: Localhost is not served; leave it out, or use RuntimeDefault or Unconfined")
    }
    guard profile.localhostRef.isEmpty else {
      throw ConnectError(invalid: "\(path).apparmor.localhostRef: only the profile type Localhost has one")
    }
  }
}

extension LinuxConfiguration.SELinuxOptions {
  init(_ label: CRI.SELinuxOption) {
    self.init()
    (user, role, type, level) = (label.user, label.role, label.type, label.level)
  }
}

extension LinuxConfiguration.NamespaceOptions {
  private static let path = "config.linux.securityContext.namespaceOptions"

  init(_ options: CRI.NamespaceOption) throws(ConnectError) {
    self.init()
    network = LinuxConfiguration.NamespaceMode(options.network)
    pid = LinuxConfiguration.NamespaceMode(options.pid)
    ipc = LinuxConfiguration.NamespaceMode(options.ipc)
    guard options.targetId.isEmpty else {
      throw ConnectError(invalid: "\(Self.path).targetId: there are no containers whose namespace could be meant")
    }
    guard let user = options.usernsOptions else { return }
    switch user.mode {
    case .node:
      guard user.uids.isEmpty, user.gids.isEmpty else {
        throw ConnectError(invalid: "\(Self.path).usernsOptions: mode NODE takes no mappings")
      }
    case .pod:
      var namespace = LinuxConfiguration.UserNamespace()
      namespace.uids = user.uids.map(LinuxConfiguration.UserNamespace.IDMapping.init)
      namespace.gids = user.gids.map(LinuxConfiguration.UserNamespace.IDMapping.init)
      userNamespace = namespace
    case .container, .target:
      throw ConnectError(invalid: "\(Self.path).usernsOptions.mode: must be POD or NODE, not \(user.mode.rawValue)")
    }
  }
}

extension LinuxConfiguration.NamespaceMode {
  init(_ mode: CRI.NamespaceMode) {
    self =
      switch mode {
      case .pod: .pod
      case .container: .container
      case .node: .node
      case .target: .target
      }
  }
}

extension LinuxConfiguration.UserNamespace.IDMapping {
  init(_ mapping: CRI.IDMapping) {
    self.init()
    hostID = mapping.hostId
    containerID = mapping.containerId
    length = mapping.length
  }
}

extension LinuxResources {
  init(_ resources: CRI.LinuxContainerResources, _ path: String) throws(ConnectError) {
    self.init()
    cpuPeriod = resources.cpuPeriod
    cpuQuota = resources.cpuQuota
    cpuShares = resources.cpuShares
    memoryLimitInBytes = resources.memoryLimitInBytes
    oomScoreAdj = resources.oomScoreAdj
    cpusetCpus = resources.cpusetCpus
    cpusetMems = resources.cpusetMems
    memorySwapLimitInBytes = resources.memorySwapLimitInBytes
    unified = resources.unified
    for limit in resources.hugepageLimits where hugepageLimits.updateValue(limit.limit, forKey: limit.pageSize) != nil {
      throw ConnectError(invalid: "\(path).hugepageLimits: \(limit.pageSize) is there twice")
    }
  }
}
