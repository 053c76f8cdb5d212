import CNI
import CNIPlugin
public import JSON
import LinuxKernel
import Netfilter

extension Portmap {
  /// What portmap reads of a configuration.
  public struct Configuration: Decodable, Sendable {
    struct RuntimeConfig: Decodable, Sendable { let portMappings: [Mapping]? }
    struct Mapping: Decodable, Sendable {
      let hostPort: Int
      let containerPort: Int
      let `protocol`: String?
      let hostIP: String?
    }

    let backend: String?
    let snat: Bool?
    let masqAll: Bool?
    let markMasqBit: Int?
    let externalSetMarkChain: String?
    let conditionsV4: [String]?
    let conditionsV6: [String]?
    let runtimeConfig: RuntimeConfig?
  }

  /// The keys that this one does not honour, or does not know, and a kernel without nf_tables.
  public func reasonToExecute(_ configuration: JSONObject) -> String? {
    switch read(configuration) {
    case .failure(let error): error.message
    case .success(let (configuration, unknown)):
      unknown.first.map { "the key \($0.path) is not known" } ?? Self.notHonoured(configuration)
        ?? HostTable.reasonWhyNot
    }
  }

  /// What is said in iptables' words cannot be meant for nf_tables; a mark is for others to look at, and none is set.
  static func notHonoured(_ configuration: Configuration) -> String? {
    let asked: [(String, Bool)] = [
      ("conditionsV4", configuration.conditionsV4?.isEmpty == false),
      ("conditionsV6", configuration.conditionsV6?.isEmpty == false),
      ("externalSetMarkChain", configuration.externalSetMarkChain?.isEmpty == false),
      ("markMasqBit", configuration.markMasqBit != nil),
      ("backend", configuration.backend.map { $0 != "nftables" } ?? false),
    ]
    return asked.first { $0.1 }.map { "the key \($0.0) is not honoured" }
  }
}

/// A mapping that was checked.
struct PortMapping: Hashable {
  let proto: TransportProtocol
  let hostPort: UInt16
  let containerPort: UInt16
  /// nil: every address of the host, of both families.
  let hostIP: IPAddress?

  /// Whether a pod's address of a family is reached by it. The wildcards stand for one family alone.
  func applies(to family: IPAddress.Family) -> Bool { hostIP.map { $0.family == family } ?? true }

  /// Whether both would have the same packets.
  func overlaps(_ other: PortMapping) -> Bool {
    guard proto == other.proto, hostPort == other.hostPort else { return false }
    guard let one = hostIP, let other = other.hostIP else { return true }
    return one.family == other.family && (one == other || one.isUnspecified || other.isUnspecified)
  }
}

extension [PortMapping] {
  /// Refuses what no packet could follow, before anything is done: the reference plugin finds out half way.
  init(checking given: [Portmap.Configuration.Mapping]) throws(PluginError) {
    self = []
    for mapping in given {
      let mapping = try Self.checked(mapping)
      guard !contains(mapping) else { continue }
      if let other = first(where: { $0.overlaps(mapping) }) {
        throw Portmap.invalid(
          "the host port \(mapping.hostPort) is to lead to \(other.containerPort) and to \(mapping.containerPort)")
      }
      append(mapping)
    }
  }

  private static func checked(_ mapping: Portmap.Configuration.Mapping) throws(PluginError) -> PortMapping {
    let (host, container) = (UInt16(exactly: mapping.hostPort) ?? 0, UInt16(exactly: mapping.containerPort) ?? 0)
    guard container > 0 else { throw Portmap.invalid("Invalid container port number: \(mapping.containerPort)") }
    guard host > 0 else { throw Portmap.invalid("Invalid host port number: \(mapping.hostPort)") }
    var address: IPAddress?
    if let text = mapping.hostIP, !text.isEmpty {
      address = IPAddress(text)?.unmapped
      guard let address else { throw Portmap.invalid("hostIP: \"\(text.beginning(64))\" is no address") }
      guard address.family == .v4 || !address.isLoopback else {
        throw Portmap.invalid("hostIP: the kernel leads no packet from ::1 to a pod; 127.0.0.1 can be had")
      }
    }
    return PortMapping(
      proto: try proto(mapping.protocol ?? "tcp"), hostPort: host, containerPort: container, hostIP: address)
  }

  private static func proto(_ text: String) throws(PluginError) -> TransportProtocol {
    switch text.lowercased() {
    case "tcp": return .tcp
    case "udp": return .udp
    case "sctp": return .sctp
    default: throw Portmap.invalid("protocol: \"\(text.beginning(64))\" is none of tcp, udp and sctp")
    }
  }
}
