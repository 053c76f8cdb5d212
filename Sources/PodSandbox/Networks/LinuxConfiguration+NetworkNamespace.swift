import LinuxKernel
import Netlink

extension LinuxConfiguration {
  /// Begins to make the pod's network namespace, ready for plugins.
  ///
  /// - Returns: `nil` where pause's start is to make it: it belongs to the pod's user namespace, or there is no thread to
  ///   spare; or where the pod has none.
  func makeNetworkNamespace() -> NewNetworkNamespace? {
    let options = securityContext.namespaceOptions
    guard options.network == .pod, options.userNamespace == nil else { return nil }
    return try? NewNetworkNamespace { try prepareNetworkNamespace() }
  }

  /// Sets the parameters of the network namespace that the calling thread is in, and brings `lo` up.
  func prepareNetworkNamespace() throws {
    for (name, value) in networkSysctls { try Sysctl.write(name, value) }
    let socket = try RouteSocket()
    try socket.setUp(socket.link(named: "lo").index)
  }
}
