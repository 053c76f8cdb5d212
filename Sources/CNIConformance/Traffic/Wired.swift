import CNI
import JSON
import LinuxKernel

/// A pod that was attached, and what came of that.
struct Wired: Sendable {
  let pod: Pod
  /// The result as the last plugin printed it.
  let document: JSON
  /// The same, read.
  let result: CNIResult
  /// What it was attached with: values by capability.
  let capabilities: JSONObject
  /// Whether it and the host can talk: a kernel keeps a macvlan or an ipvlan and the host of its master apart.
  let meetsHost: Bool

  /// Where it is.
  var place: Place { Place(pod) }

  /// Its own addresses that others can call it by.
  var addresses: [IPPrefix] {
    result.ips.filter { ip in
      let interface = result.interface(of: ip)
      return interface == nil || interface?.name == pod.interfaceName && !(interface?.sandbox ?? "").isEmpty
    }.map(\.address).filter { !$0.address.isLoopback && !$0.address.isLinkLocal }
  }

  /// The families that it has addresses of.
  var families: [IPAddress.Family] { IPAddress.Family.allCases.filter { address($0) != nil } }

  /// Its first address of a family.
  func address(_ family: IPAddress.Family) -> IPAddress? { addresses.first { $0.address.family == family }?.address }

  /// The gateway of its first address of a family.
  func gateway(_ family: IPAddress.Family) -> IPAddress? {
    result.ips.first { $0.address.address.family == family }?.gateway.flatMap { IPAddress($0) }
  }
}

extension IPAddress.Family {
  /// As violations call it.
  var words: String { self == .v4 ? "IPv4" : "IPv6" }
}
