import LinuxKernel

extension LinuxConfiguration {
  /// What the pod's network namespace gets: what is asked for, over what every pod with one gets from the peers (any user
  /// may bind low ports and ping).
  var networkSysctls: [(name: String, value: String)] {
    var values: [String: String] = [:]
    if securityContext.namespaceOptions.network == .pod {
      values["net.ipv4.ip_unprivileged_port_start"] = "0"
      // The range is in ids of the user namespace, and not all of them are mapped there.
      if securityContext.namespaceOptions.userNamespace == nil { values["net.ipv4.ping_group_range"] = "0 2147483647" }
    }
    return Self.sorted(values.merging(sysctls.filter { Self.isNetwork($0.key) }) { _, asked in asked })
  }

  /// What the pod's other namespaces get.
  var otherSysctls: [(name: String, value: String)] { Self.sorted(sysctls.filter { !Self.isNetwork($0.key) }) }

  /// Who the pod's root is on the host.
  var rootUser: UInt32 {
    securityContext.namespaceOptions.userNamespace?.uids.first { $0.containerID == 0 }?.hostID ?? 0
  }

  private static func isNetwork(_ name: String) -> Bool { Sysctl.isNamespaced(name, network: true, ipc: false) }

  private static func sorted(_ values: [String: String]) -> [(name: String, value: String)] {
    values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
