import LinuxKernel
import Netlink

extension Trial {
  /// A socket to the kernel in the pod's namespace.
  func kernel(_ pod: Pod) throws -> RouteSocket { try RouteSocket(inside: pod.networkNamespace) }

  /// The links in the pod's namespace.
  func links(_ pod: Pod) throws -> [Link] { try kernel(pod).links() }

  /// The pod's interface, as the kernel has it; nil where there is none of that name.
  func link(_ pod: Pod) throws -> Link? { try links(pod).first { $0.name == pod.interfaceName } }

  /// The pod's interface, which must be there.
  func requireLink(_ pod: Pod) throws -> Link {
    try require(try link(pod), "the pod has no interface \(pod.interfaceName)")
  }

  /// The addresses of the pod's interface, those of the link itself left out.
  func addresses(_ pod: Pod) throws -> [IPPrefix] {
    guard let link = try link(pod) else { return [] }
    return try kernel(pod).addresses(ofLink: link.index).map(\.prefix).filter { !$0.address.isLinkLocal }
  }

  /// The routes that go out by the pod's interface, but for the kernel's own tables.
  func routes(_ pod: Pod) throws -> [Route] {
    guard let link = try link(pod) else { return [] }
    return try kernel(pod).routes(table: nil).filter { $0.linkIndex == link.index && $0.table != Route.localTable }
  }

  private static let foreignPeer = "conform-peer"

  /// Makes a pair of links in the pod, as somebody else's: both are up.
  func addForeignLink(_ name: String, in pod: Pod) throws {
    var link = NewLink(name)
    link.isUp = true
    let kernel = try kernel(pod)
    try kernel.perform(try .createVethPair(link, peer: NewLink(Self.foreignPeer)))
    try kernel.perform(.setUp(try kernel.link(named: Self.foreignPeer).index))
  }
}
