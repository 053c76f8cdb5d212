import LinuxKernel

extension LinuxConfiguration {
  /// See `PodSandboxConfiguration.validate()`.
  func validate() throws(SandboxError) {
    try validateCgroupParent()
    try securityContext.validate()
    try validateSysctls()
  }

  private func validateCgroupParent() throws(SandboxError) {
    guard !cgroupParent.isEmpty else { return }
    let components = cgroupParent.split(separator: "/")
    let isSafe = components.allSatisfy { $0 != "." && $0 != ".." } && !components.isEmpty
    guard isSafe, cgroupParent.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
      throw .field("linux.cgroupParent", cgroupParent, "is not a path of a cgroup")
    }
  }

  private func validateSysctls() throws(SandboxError) {
    let namespaces = securityContext.namespaceOptions
    for name in sysctls.keys.sorted() {
      guard Sysctl.isNamespaced(name, network: namespaces.network == .pod, ipc: namespaces.ipc == .pod) else {
        throw .field(
          "linux.sysctls", name,
          "is not a parameter of a namespace that this pod has to itself (net.*, kernel.shm*, kernel.msg*, kernel.sem, "
            + "fs.mqueue.*)")
      }
    }
  }
}

extension LinuxConfiguration.SecurityContext {
  fileprivate func validate() throws(SandboxError) {
    if runAsGroup != nil, runAsUser == nil {
      throw SandboxError(.invalidArgument, "config.linux.securityContext.runAsGroup needs runAsUser")
    }
    let ids =
      [("runAsUser", runAsUser), ("runAsGroup", runAsGroup)] + supplementalGroups.map { ("supplementalGroups", $0) }
    // The highest 32-bit number means "no change" to the kernel.
    for case (let field, let id?) in ids where !(0..<Int64(UInt32.max)).contains(id) {
      throw .field("linux.securityContext.\(field)", "\(id)", "is not an id, 0 to 4294967294")
    }
    try namespaceOptions.validate()
  }
}

extension LinuxConfiguration.NamespaceOptions {
  fileprivate func validate() throws(SandboxError) {
    guard network == .pod || network == .node else { throw unsupported("network", network, "POD or NODE") }
    guard ipc == .pod || ipc == .node else { throw unsupported("ipc", ipc, "POD or NODE") }
    guard pid != .target else { throw unsupported("pid", pid, "POD, CONTAINER or NODE") }
    guard let userNamespace else { return }
    guard network == .pod, pid != .node, ipc == .pod else {
      throw SandboxError(
        .invalidArgument,
        "config.linux.securityContext.namespaceOptions.usernsOptions: a user namespace needs network, pid and ipc of the pod's own"
      )
    }
    for (field, mappings) in [("uids", userNamespace.uids), ("gids", userNamespace.gids)] {
      try validate(field, mappings)
    }
  }

  private func validate(
    _ field: String, _ mappings: [LinuxConfiguration.UserNamespace.IDMapping]
  ) throws(SandboxError) {
    let path = "config.linux.securityContext.namespaceOptions.usernsOptions.\(field)"
    guard mappings.count == 1 else {
      throw SandboxError(.invalidArgument, "\(path): \(mappings.count) mappings; exactly one is supported")
    }
    guard mappings[0].containerID == 0, mappings[0].length > 0 else {
      throw SandboxError(.invalidArgument, "\(path)[0]: id 0 of the container must be mapped")
    }
    guard mappings[0].hostID.addingReportingOverflow(mappings[0].length).overflow == false else {
      throw SandboxError(
        .invalidArgument, "\(path)[0]: \(mappings[0].length) ids from \(mappings[0].hostID) exceed 32 bits")
    }
  }

  private func unsupported(_ field: String, _ mode: LinuxConfiguration.NamespaceMode, _ known: String) -> SandboxError {
    SandboxError(
      .invalidArgument,
      "config.linux.securityContext.namespaceOptions.\(field): \(mode.rawValue.uppercased()) makes no sense for a sandbox; use \(known)"
    )
  }
}
