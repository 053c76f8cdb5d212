import Glibc
import JSON
import LinuxKernel
import SystemPackage

extension LinuxConfiguration {
  /// See `PodSandboxConfiguration.validate(on:)`.
  func validate(on host: HostFeatures) throws(SandboxError) {
    try validateCgroupParent()
    try securityContext.validate(on: host)
    try validateSysctls()
    try resources?.validate("linux.resources")
    try overhead?.validate("linux.overhead")
  }

  /// Refuses what is no cgroup's parent.
  func validateCgroupParent() throws(SandboxError) {
    guard !cgroupParent.isEmpty else { return }
    do throws(CgroupParent.Problem) {
      _ = try CgroupParent.path(cgroupParent)
    } catch {
      throw .field("linux.cgroupParent", cgroupParent, error.words)
    }
  }

  private func validateSysctls() throws(SandboxError) {
    let namespaces = securityContext.namespaceOptions
    var spellings: [String: String] = [:]
    for (name, value) in sysctls.sorted(by: { $0.key < $1.key }) {
      guard Sysctl.isNamespaced(name, network: namespaces.network == .pod, ipc: namespaces.ipc == .pod) else {
        throw .field(
          "linux.sysctls", name,
          "is not a parameter of a namespace that this pod has to itself (net.*, kernel.shm*, kernel.msg*, kernel.sem, "
            + "fs.mqueue.*)")
      }
      guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == UInt8(ascii: "\t") }) else {
        throw .field("linux.sysctls[\(name)]", value, "is not one line of text")
      }
      let path = Sysctl.path(of: name) ?? name
      if let other = spellings.updateValue(name, forKey: path) {
        throw .field("linux.sysctls", name, "and \"\(other)\" are one parameter in two spellings")
      }
    }
  }
}

extension LinuxConfiguration.SecurityContext {
  fileprivate func validate(on host: HostFeatures) throws(SandboxError) {
    if selinuxOptions != nil, host.hasSELinux {
      throw SandboxError(
        .invalidArgument,
        "config.linux.securityContext.selinuxOptions: this host has SELinux, and labels are not served; leave them out")
    }
    if let seccompProfile { try Self.validateProfile(seccompProfile) }
    if runAsGroup != nil, runAsUser == nil {
      throw SandboxError(.invalidArgument, "config.linux.securityContext.runAsGroup needs runAsUser")
    }
    try validateIDs()
    try namespaceOptions.validate()
    try validateMappedIDs()
  }

  private static func validateProfile(_ path: String) throws(SandboxError) {
    guard path.hasPrefix("/"), !path.utf8.contains(0) else {
      throw .field("linux.securityContext.seccomp.localhostRef", path, "is not an absolute path of a profile")
    }
    guard access(path, R_OK) == 0 else {
      throw SandboxError(
        .failedPrecondition,
        "config.linux.securityContext.seccomp.localhostRef: there is no profile \"\(path.beginning(256))\" on this host: \(Errno(rawValue: errno))"
      )
    }
  }

  /// Refuses ids that are none.
  func validateIDs() throws(SandboxError) {
    let ids =
      [("runAsUser", runAsUser), ("runAsGroup", runAsGroup)] + supplementalGroups.map { ("supplementalGroups", $0) }
    // The highest 32-bit number means "no change" to the kernel.
    for case (let field, let id?) in ids where !(0..<Int64(UInt32.max)).contains(id) {
      throw .field("linux.securityContext.\(field)", "\(id)", "is not an id, 0 to 4294967294")
    }
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
