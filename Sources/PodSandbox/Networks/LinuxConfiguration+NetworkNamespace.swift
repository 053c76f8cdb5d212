import LinuxKernel
import Netlink
import SystemPackage

extension LinuxConfiguration {
  /// Begins to make the pod's network namespace, ready for plugins.
  ///
  /// - Returns: `nil` where pause's start is to make it: it belongs to the pod's user namespace, or there is no thread to
  ///   spare; or where the pod has none.
  func makeNetworkNamespace(on host: HostFeatures = .discover()) -> NewNetworkNamespace? {
    let options = securityContext.namespaceOptions
    guard options.network == .pod, options.userNamespace == nil else { return nil }
    return try? NewNetworkNamespace { try prepareNetworkNamespace(on: host) }
  }

  /// Sets the parameters of the network namespace that the calling thread is in, and brings `lo` up.
  ///
  /// - Throws: what the kernel said; for a parameter that the request asks for, see ``refusal(of:isOnHost:)``, to be asked
  ///   on a thread in the host's network namespace.
  func prepareNetworkNamespace(on host: HostFeatures = .discover()) throws {
    for (name, value) in networkSysctls(on: host) { try Sysctl.write(name, value) }
    // Their interface is still to come, but whether there are such is known: no plugin need run to find out.
    for (name, _) in interfaceSysctls {
      guard let template = Self.template(of: name), !Self.isHere(template) else { continue }
      throw KernelError(errno: .noSuchFileOrDirectory, operation: "set sysctl", subject: name)
    }
    let socket = try RouteSocket()
    try socket.perform(.setUp(socket.link(named: "lo").index))
  }
}
