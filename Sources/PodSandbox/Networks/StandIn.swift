import CNI
import LinuxKernel
import Netlink
import SystemPackage

/// Gives DEL what it looks for when somebody has taken the namespace, the interface or its addresses away; or when a DEL has,
/// that was killed before it came to the rules.
///
/// With pause alive its namespace is pinned anew; without it a new one takes its place. Interface and addresses are made again
/// from the record: bridge and ptp find their masquerade rules by the addresses they see in the namespace.
struct StandIn {
  let path: String

  /// Pins the pause's namespace anew, or a new one, where none is pinned; true when it had to be a new one.
  func pin(_ pause: ProcessHandle?) throws -> Bool {
    guard !NetworkNamespace.isPinned(path) else { return false }
    if let pause, try pinAgain(pause) { return false }
    try NetworkNamespace.pinNew(at: path)
    try NetworkNamespace.visit(path) {
      let socket = try RouteSocket()
      try socket.perform(.setUp(socket.link(named: "lo").index))
    }
    return true
  }

  /// False when the pause has ended, or is about to: a killed one has no namespaces any more before its exit is told.
  private func pinAgain(_ pause: ProcessHandle) throws(KernelError) -> Bool {
    guard !pause.hasExited else { return false }
    do throws(KernelError) {
      try NetworkNamespace.pin(process: pause, at: path)
      return true
    } catch {
      guard error.errno == .noSuchProcess else { throw error }
      return false
    }
  }

  /// Makes the interface again, with the addresses that it lacks of those that ADD gave it.
  ///
  /// - Parameter isAttached: Asked only where something is missing: of what is released nothing is made again.
  func fill(_ interfaceName: String, of result: CNIResult, isAttached: () throws -> Bool) throws {
    guard result.hasHostSide else { return }
    let addresses = result.addresses(of: interfaceName).compactMap { Netlink.IPPrefix($0.address.description) }
    let socket = try RouteSocket(inside: path)
    let missing = try addresses.filter { try !socket.has($0, on: interfaceName) }
    guard !missing.isEmpty, try isAttached() else { return }
    let link = try socket.ensure(interfaceName)
    for prefix in missing { try socket.addAddress(prefix, toStandIn: link) }
  }

  /// Makes an interface of that name where there is none: sbr and others fail to let go of what was never made.
  func provide(_ interfaceName: String) throws { _ = try RouteSocket(inside: path).ensure(interfaceName) }
}

extension CNIResult {
  /// Whether the interface has an end on the host, as a veth has. One that was moved in from the host has none, and its
  /// plugin would move a stand-in out. Old versions do not tell.
  fileprivate var hasHostSide: Bool { interfaces.isEmpty || interfaces.contains { $0.sandbox?.isEmpty ?? true } }
}

extension RouteSocket {
  /// A plugin may tell an address twice, or one that the kernel gives to no interface: nobody will look for that.
  fileprivate func addAddress(_ prefix: Netlink.IPPrefix, toStandIn link: Link) throws(NetlinkError) {
    do throws(NetlinkError) {
      try perform(.addAddress(prefix, toLink: link.index))
    } catch {
      guard [.fileExists, .invalidArgument, .addressNotAvailable].contains(error.errno) else { throw error }
    }
  }

  fileprivate func has(_ prefix: Netlink.IPPrefix, on interfaceName: String) throws(NetlinkError) -> Bool {
    guard let link = try existing(interfaceName) else { return false }
    return try addresses(ofLink: link.index).contains { $0.prefix.address == prefix.address }
  }

  /// The link of a name, which is made as one end of a pair where there is none.
  fileprivate func ensure(_ interfaceName: String) throws(NetlinkError) -> Link {
    if let link = try existing(interfaceName) { return link }
    // The kernel numbers it: a pod of several networks has several of them.
    try perform(.createVethPair(NewLink(interfaceName), peer: NewLink("veth%d")))
    return try link(named: interfaceName)
  }

  fileprivate func existing(_ interfaceName: String) throws(NetlinkError) -> Link? {
    do throws(NetlinkError) {
      return try link(named: interfaceName)
    } catch {
      guard error.code == .linkNotFound else { throw error }
      return nil
    }
  }
}
