import LinuxKernel

extension LinuxConfiguration {
  /// A kernel parameter and its value.
  typealias Parameter = (name: String, value: String)

  /// What every pod with a network namespace of its own gets from the peers: any user may bind low ports and ping.
  static let defaultNetworkSysctls: [Parameter] = [
    ("net.ipv4.ip_unprivileged_port_start", "0"), ("net.ipv4.ping_group_range", "0 2147483647"),
  ]

  /// What the pod's network namespace gets before any plugin runs: what is asked for, over the defaults that can be set
  /// here. What belongs to an interface comes later: see ``interfaceSysctls``.
  func networkSysctls(on host: HostFeatures) -> [Parameter] {
    let asked = sysctls.filter { Self.isNetwork($0.key) && Self.interface(of: $0.key) == nil }
    let defaults = defaultSysctls.filter { host.unsettableDefaults[$0.key] == nil }
    return Self.sorted(asked.merging(defaults) { asked, _ in asked })
  }

  /// What is asked for an interface that the pod gets only from a plugin (`net.ipv4.conf.eth0.…`): set in its network
  /// namespace when the last ADD has succeeded.
  var interfaceSysctls: [Parameter] {
    Self.sorted(sysctls.filter { Self.isNetwork($0.key) && Self.interface(of: $0.key) != nil })
  }

  /// What the pod's other namespaces get.
  var otherSysctls: [Parameter] { Self.sorted(sysctls.filter { !Self.isNetwork($0.key) }) }

  /// Whether anything is asked for that the network namespace may turn out not to have: then its making is waited for
  /// before the intent is written, so that the run is refused before it has an effect.
  var asksForNetworkSysctls: Bool { sysctls.keys.contains(where: Self.isNetwork) }

  /// The defaults that are left out here, a sentence each.
  func sysctlWarnings(on host: HostFeatures) -> [String] {
    defaultSysctls.keys.sorted().compactMap { name in
      host.unsettableDefaults[name].map { "the default \(name) = \(defaultSysctls[name] ?? "") is left out: \($0)" }
    }
  }

  /// Who the pod's root is on the host.
  var rootUser: UInt32 {
    securityContext.namespaceOptions.userNamespace?.uids.first { $0.containerID == 0 }?.hostID ?? 0
  }

  /// The defaults that nobody asked for otherwise, by name.
  private var defaultSysctls: [String: String] {
    guard securityContext.namespaceOptions.network == .pod else { return [:] }
    let asked = Set(sysctls.keys.compactMap(Sysctl.path(of:)))
    return Dictionary(
      Self.defaultNetworkSysctls.filter { parameter in
        // The range is in ids of the user namespace, and not all of them are mapped there.
        let isMapped =
          parameter.name != "net.ipv4.ping_group_range" || securityContext.namespaceOptions.userNamespace == nil
        return isMapped && !asked.contains(Sysctl.path(of: parameter.name) ?? "")
      }.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// The interface that a parameter belongs to; `nil` for those of the whole namespace, `lo` among them, which is there
  /// from the beginning.
  static func interface(of name: String) -> String? {
    guard let path = Sysctl.path(of: name) else { return nil }
    let parts = path.split(separator: "/")
    guard parts.count >= 5, parts[0] == "net", parts[2] == "conf" || parts[2] == "neigh" else { return nil }
    return ["all", "default", "lo"].contains(parts[3]) ? nil : String(parts[3])
  }

  /// The parameter that an interface's own one starts from, which is there before the interface is; `nil` for parameters of
  /// the whole namespace, and where there is none.
  static func template(of name: String) -> String? {
    guard interface(of: name) != nil, var parts = Sysctl.path(of: name)?.split(separator: "/"),
      parts[1] == "ipv4" || parts[1] == "ipv6"
    else { return nil }
    parts[3] = "default"
    return parts.joined(separator: "/")
  }

  static func isNetwork(_ name: String) -> Bool { Sysctl.isNamespaced(name, network: true, ipc: false) }

  private static func sorted(_ values: [String: String]) -> [Parameter] {
    values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
