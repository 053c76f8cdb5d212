import CNI
import CNIPlugin
import Glibc
import JSON
import LinuxKernel
import Netlink
import Testing

@testable import NetworkPlugins

/// A host and a pod, in namespaces of their own, with a pair.
struct ShapedPair {
  /// A configuration with all keys.
  static let both =
    #"{"ingressRate":8000000,"ingressBurst":800000,"egressRate":4000000,"egressBurst":400000}"#

  let pod: PodNamespace
  let host: PodNamespace
  let veth: Link

  init() throws {
    (pod, host) = (try PodNamespace(), try PodNamespace())
    veth = try Self.pair(host, pod, "eth0")
  }

  static func pair(_ host: PodNamespace, _ pod: PodNamespace, _ name: String) throws -> Link {
    var (link, peer) = (NewLink("host-\(name)"), NewLink(name))
    (link.isUp, link.mtu) = (true, 1400)
    (peer.namespace, peer.mtu) = (pod.raw, 1400)
    try host.socket.perform(.createVethPair(link, peer: peer))
    return try host.socket.link(named: link.name)
  }

  func test(_ configuration: String, interface: String = "eth0") throws -> PluginTest<Bandwidth> {
    var test = PluginTest(Bandwidth(), try #require(try JSON(parsing: Array(configuration.utf8)).object))
    test.networkNamespace = pod.path
    test.interfaceName = interface
    test.previousResult = try CNIResult(
      cniVersion: "1.1.0",
      interfaces: [
        .init(name: "cni0"), .init(name: "host-\(interface)", mac: veth.mac?.description),
        .init(name: interface, sandbox: pod.path),
      ])
    return test
  }

  /// A visitor of the pod's namespace comes home to that of the process: each call begins on the host again.
  func onHost<T>(_ body: () throws -> T) throws -> T { try NetworkNamespace.visit(host.path, body) }

  func add(_ test: PluginTest<Bandwidth>) throws -> CNIResult { try onHost { try test.add() } }
  func del(_ test: PluginTest<Bandwidth>) throws { try onHost { try test.del() } }
  func check(_ test: PluginTest<Bandwidth>) throws { try onHost { try test.check() } }

  var ifbs: [Link] { get throws { try host.socket.links().filter { $0.kind == "ifb" && $0.name.hasPrefix("bwp") } } }

  func buckets(_ index: Int32) throws -> [TokenBucket] {
    try host.socket.queueingDisciplines(ofLink: index).compactMap {
      if case .tokenBucket(let bucket) = $0 { bucket } else { nil }
    }
  }

  /// Nothing of what was tried is left.
  func isUntouched() throws {
    #expect(try ifbs.isEmpty)
    let disciplines = try host.socket.queueingDisciplines(ofLink: veth.index)
    #expect(disciplines.allSatisfy { if case .other = $0 { true } else { false } }, "\(disciplines)")
  }
}
