import CNI
import CNIPlugin
import LinuxKernel
import Netlink

extension VethPair {
  /// Takes a pod's pair away, or where the caller drops the pod's namespace next cuts it off: nothing passes it any more, and the
  /// kernel takes it away together with the namespace.
  ///
  /// - Parameter point: What its failpoints' names begin with.
  static func end<Configuration>(_ call: PluginCall<Configuration>, failing point: String) throws {
    let socket = try RouteSocket()
    if let link = try LinkOwner(of: call).link(socket) {
      try Failpoint.pass("\(point).before")
      if call.caller.dropsNamespace {
        try cutOff(link, socket)
      } else {
        try delete(link, socket)
      }
      try Failpoint.pass("\(point).after")
    }
    guard !call.caller.dropsNamespace, NetworkNamespace.isPinned(call.networkNamespace) else { return }
    // Where another plugin had made it, by the pod's end.
    let inside = try RouteSocket(inside: call.networkNamespace)
    guard let link = try inside.existing(call.interfaceName), link.kind == "veth" else { return }
    try inside.perform(.deleteLink(link.index))
  }

  /// A bridge's port is disabled, which is quicker; any other is taken down, and its routes with it.
  private static func cutOff(_ link: Link, _ socket: RouteSocket) throws {
    do throws(NetlinkError) {
      try socket.perform(
        link.port == nil
          ? .setDown(link.index) : .setBridgePort(BridgePort(state: .disabled), ofLink: link.index))
    } catch {
      // It is on no bridge any more, or gone since.
      guard let now = try socket.existing(link.name), now.port != nil || link.port == nil else { return }
      throw error
    }
  }

  private static func delete(_ link: Link, _ socket: RouteSocket) throws {
    do throws(NetlinkError) {
      try socket.perform(.deleteLink(link.index))
    } catch {
      guard error.code == .linkNotFound else { throw error }
    }
  }
}
