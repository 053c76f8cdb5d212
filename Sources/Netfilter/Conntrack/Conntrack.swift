import CMnl
import CNftnl
import Glibc
public import LinuxKernel
import Netlink
import Synchronization
import SystemPackage

/// The kernel's connection tracking in one network namespace: deletes what would keep packets from new rules.
///
/// It stays bound for ever to the namespace it was opened in. The socket is closed with the last reference. Deleting
/// needs CAP_NET_ADMIN in the user namespace that owns the network namespace.
public final class Conntrack: Sendable {
  private let conversation: Mutex<Conversation>

  /// Opens a socket in the calling thread's network namespace.
  public convenience init() throws(NetfilterError) {
    do throws(Errno) {
      self.init(over: try MnlTransport(protocol: NETLINK_NETFILTER))
    } catch {
      throw NetfilterError(errno: error, command: "open netfilter socket in the thread's namespace")
    }
  }

  init(over transport: any Transport) { conversation = Mutex(Conversation(transport)) }

  /// Deletes the flows of a family, a transport protocol and the destination port that their first packet had; none
  /// being there is fine.
  ///
  /// A UDP flow that began before a port was mapped keeps going to its old destination as long as packets come: this
  /// ends it. Takes as long as it takes the kernel to go through all flows of all namespaces: some ten milliseconds for
  /// fifty thousand.
  public func deleteFlows(
    _ family: IPAddress.Family, _ proto: TransportProtocol, originalDestinationPort port: UInt16
  ) throws(NetfilterError) {
    let subject = "\(family == .v4 ? "ipv4" : "ipv6") \(proto) orig-port-dst \(port)"
    let request = Request(deletingFlowsOf: family, proto, port, subject: subject)
    do throws(NetlinkError) {
      _ = try conversation.withLock { conversation throws(NetlinkError) in
        try conversation.run(request) { _ throws(DecodingFailure) -> Bool? in nil }
      }
    } catch {
      throw NetfilterError(error)
    }
  }
}

extension Request {
  fileprivate init(
    deletingFlowsOf family: IPAddress.Family, _ proto: TransportProtocol, _ port: UInt16, subject: String
  ) {
    let type = Int(NFNL_SUBSYS_CTNETLINK) << 8 | Int(IPCTNL_MSG_CT_DELETE.rawValue)
    self.init("delete flows", subject, type: type, flags: NLM_F_ACK)
    // Kernels may ignore the family of a deletion of many in version 0.
    putFixed(nfgenmsg(nfgen_family: UInt8(family == .v4 ? AF_INET : AF_INET6), version: 1, res_id: 0))
    nest(Int(CTA_TUPLE_ORIG.rawValue)) { request in
      request.nest(Int(CTA_TUPLE_PROTO.rawValue)) { request in
        request.put(Int(CTA_PROTO_NUM.rawValue), proto.rawValue)
        request.put(Int(CTA_PROTO_DST_PORT.rawValue), port.bigEndian)
      }
    }
    // Without the filter the kernel would take the tuple for a whole one, and the request for one flow's.
    nest(Int(CTA_FILTER.rawValue)) { request in
      let bits = UInt32(BERTH_CTA_FILTER_PROTO_NUM | BERTH_CTA_FILTER_PROTO_DST_PORT)
      request.put(Int(CTA_FILTER_ORIG_FLAGS.rawValue), bits)
    }
  }
}
