extension PodSandboxConfiguration {
  /// Refuses a record's configuration that cannot be acted on: what enters paths, names and arguments of plugins is held to
  /// the rules of a request.
  ///
  /// No more than that: rules that came later, and what the host has lost since, must not turn a living pod into a record
  /// that nobody dares to use.
  ///
  /// - Throws: `invalidArgument` naming the field.
  func validateRecorded() throws(SandboxError) {
    try metadata.validate()
    if !hostname.isEmpty, !Self.isHostname(hostname) { throw .field("hostname", hostname, "is not a host name") }
    try linux.validateCgroupParent()
    try linux.securityContext.validateIDs()
    _ = try CapabilityArguments.make(self, cgroupPath: "")
  }
}

extension LinuxConfiguration {
  /// Makes of a `cgroupParent` that was always taken as a path, as records of version 1 have it, one that is taken so now:
  /// there `a-b.slice` was `/a-b.slice`, and empty names did not count.
  mutating func takeCgroupParentLiterally() {
    guard !cgroupParent.isEmpty else { return }
    cgroupParent = "/" + cgroupParent.split(separator: "/").joined(separator: "/")
  }
}
