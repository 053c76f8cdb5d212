import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Netlink

/// The host's end of a pod's veth pair, where bandwidth limits both directions.
struct ShapedLink {
  private let link: Link
  private let settings: BandwidthSettings
  private let owner: LinkOwner
  private let socket: RouteSocket

  /// Finds it by the pod's end, and refuses what is no pair of the previous result's.
  init(
    _ call: PluginCall<Bandwidth.Configuration>, _ settings: BandwidthSettings, _ result: CNIResult
  ) throws {
    let name = call.interfaceName
    socket = try RouteSocket()
    guard !result.interfaces.isEmpty else {
      throw Bandwidth.invalid("prevResult has no interfaces, so there is none of the host to limit")
    }
    guard let inner = try RouteSocket(inside: call.networkNamespace).existing(name) else {
      throw Bandwidth.invalid("there is no interface \(name) in the pod's network namespace")
    }
    guard inner.kind == "veth", let index = inner.peerIndex else {
      throw Bandwidth.invalid(
        "\(name) is no end of a veth pair but \(inner.kind ?? "another link"), and only a pair has an end on the host to limit"
      )
    }
    // Another namespace may have given the number as well: the two must know each other.
    let hosts = result.interfaces.filter { $0.sandbox?.isEmpty ?? true }.map(\.name)
    guard let link = try socket.existing(index: index), link.peerIndex == inner.index,
      hosts.contains(where: link.name.hasSameBytes)
    else {
      throw Bandwidth.invalid("the other end of \(name) is none of the host's interfaces in prevResult")
    }
    (self.link, self.settings, owner) = (link, settings, LinkOwner(of: call))
  }

  /// Limits what is to be limited, or on failure nothing.
  ///
  /// - Parameter remark: Told of what will be lost.
  /// - Returns: Where waits what the pod sends, if that is limited.
  func limit(_ remark: (String) -> Void) throws -> IFB? {
    var undo: [Change] = []
    do {
      try Failpoint.pass("native.bandwidth.add.before")
      if let ingress = settings.ingress {
        try socket.perform(.addTokenBucket(ingress.bucket, toLink: link.index))
        undo.append(.deleteQueueingDiscipline(.tokenBucket(ingress.bucket), ofLink: link.index))
      }
      guard let egress = settings.egress else {
        try Failpoint.pass("native.bandwidth.add.after")
        remarkSmallBursts(remark)
        return nil
      }
      let ifb = try IFB(owner, mtu: link.mtu, bucket: egress.bucket, socket)
      undo.append(.deleteLink(ifb.index))
      try Failpoint.pass("native.bandwidth.add.after")
      try Failpoint.pass("native.bandwidth.add.redirect.before")
      try socket.perform(.addIngress(toLink: link.index))
      undo.append(.deleteQueueingDiscipline(.ingress, ofLink: link.index))
      try socket.perform(.redirectIngress(ofLink: link.index, to: ifb.index))
      try Failpoint.pass("native.bandwidth.add.redirect.after")
      remarkSmallBursts(remark)
      return ifb
    } catch {
      // Whoever asked is told what failed first.
      _ = try? socket.failures(of: undo.reversed())
      throw error
    }
  }

  /// A packet that the bucket can never hold is dropped.
  private func remarkSmallBursts(_ remark: (String) -> Void) {
    let packet = link.mtu + 14
    for (limit, key) in [(settings.ingress, "ingressBurst"), (settings.egress, "egressBurst")] {
      guard let limit, limit.burst < packet else { continue }
      remark("\(key): packets of more than its \(limit.burst) bytes are lost; one on \(link.name) may have \(packet)")
    }
  }

  /// Throws where something is not as it was made.
  func check() throws {
    let disciplines = try socket.queueingDisciplines(ofLink: link.index)
    if let difference = settings.ingress?.difference(from: disciplines) {
      throw PluginError("\(link.name) \(difference)")
    }
    guard let egress = settings.egress else { return }
    guard let ifb = try IFB.find(owner, socket) else {
      throw PluginError("the ifb of \(link.name), by which the pod's sending is limited, is gone")
    }
    guard ifb.isUp else { throw PluginError("\(ifb.name) is down") }
    if let difference = egress.difference(from: try socket.queueingDisciplines(ofLink: ifb.index)) {
      throw PluginError("\(ifb.name) \(difference)")
    }
    guard disciplines.contains(.ingress), try socket.redirections(ofLink: link.index).contains(ifb.index) else {
      throw PluginError("what \(link.name) receives is not redirected to \(ifb.name) any more")
    }
  }
}
