import CNI
import Glibc
import LinuxKernel
import Netlink

/// What somebody else does to links.
enum LinkMeddling {
  /// Gives a link of the calling thread's namespace another name.
  static func rename(_ index: Int32, to name: String) throws {
    // IFLA_IFNAME. A link that is up may keep its name on older kernels.
    try RouteSocket().perform(.setDown(index))
    try change("rename", index) { $0.put(3, name) }
  }

  /// Moves a link of the calling thread's namespace into another one.
  static func move(_ index: Int32, to path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw KernelError.failed("open", path) }
    defer { close(descriptor) }
    // IFLA_NET_NS_FD.
    try change("move", index) { $0.put(28, descriptor) }
  }

  private static func change(
    _ operation: String, _ index: Int32, _ attributes: (inout Netlink.Request) -> Void
  ) throws {
    // RTM_NEWLINK with NLM_F_ACK.
    var request = Netlink.Request(operation, "link \(index)", type: 16, flags: 4)
    request.putFixed(LinkHeader(index: index))
    attributes(&request)
    var conversation = Conversation(try MnlTransport())
    _ = try conversation.run(request) { _ throws(DecodingFailure) -> Int? in nil }
  }
}

extension Trial {
  /// Does something to the pod's interface, in the pod.
  func meddle(_ pod: Pod, _ body: (RouteSocket, Int32) throws -> Void) throws {
    try NetworkNamespace.visit(pod.networkNamespace) {
      let socket = try RouteSocket()
      guard let link = try socket.links().first(where: { $0.name == pod.interfaceName }) else {
        try skip("ADD makes no \(pod.interfaceName)")
      }
      try body(socket, link.index)
    }
  }

  /// The bridges of the host that a pod's result names.
  func bridges(_ call: Call) throws -> [(socket: RouteSocket, index: Int32, name: String)] {
    let socket = try RouteSocket()
    let names = Set(call.result?.interfaces.filter { ($0.sandbox ?? "").isEmpty }.map(\.name) ?? [])
    return try socket.links().filter { $0.kind == "bridge" && names.contains($0.name) }
      .map { (socket, $0.index, $0.name) }
  }
}
