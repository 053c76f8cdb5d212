import CNI
import CNIPlugin
import JSON
import LinuxKernel

extension HostLocal {
  /// What host-local reads of a configuration.
  public struct Configuration: Decodable, Sendable {
    struct Range: Decodable, Sendable {
      let subnet: String?
      let rangeStart: String?
      let rangeEnd: String?
      let gateway: String?
    }
    struct IPAM: Decodable, Sendable {
      let type: String?
      let name: String?
      let subnet: String?
      let rangeStart: String?
      let rangeEnd: String?
      let gateway: String?
      let ranges: [[Range]]?
      let routes: [ConfiguredRoute]?
      let dataDir: String?
      let resolvConf: String?
    }
    struct RuntimeConfig: Decodable, Sendable {
      let ipRanges: [[Range]]?
      let ips: [String]?
    }
    struct Arguments: Decodable, Sendable {
      struct CNI: Decodable, Sendable { let ips: [String]? }
      let cni: CNI?
    }

    let ipam: IPAM?
    let runtimeConfig: RuntimeConfig?
    let args: Arguments?
  }
}

/// What a call asks of host-local: the pools, the addresses that are asked for by name, and where it is written down.
struct HostLocalRequest {
  let sets: [RangeSet]
  let wanted: [IPAddress]
  let directory: ReservationDirectory
  let routes: [CNIResult.Route]
  let resolvConf: String?

  private static let defaultDirectory = "/var/lib/cni/networks"

  /// Checks all that the reference plugin checks, on every verb.
  init(_ call: PluginCall<HostLocal.Configuration>) throws(PluginError) {
    guard let ipam = call.configuration.ipam else { throw Self.invalid("ipam: is missing") }
    directory = ReservationDirectory(
      (ipam.dataDir.flatMap { $0.isEmpty ? nil : $0 } ?? Self.defaultDirectory) + "/" + call.network)
    sets = try Self.sets(ipam, call.configuration.runtimeConfig?.ipRanges ?? [], call.cniVersion)
    wanted = try Self.wanted(call)
    routes = try [CNIResult.Route](checking: ipam.routes)
    resolvConf = ipam.resolvConf.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The addresses of `IP`, `args.cni.ips` and the capability `ips`; a prefix length is passed over.
  private static func wanted(_ call: PluginCall<HostLocal.Configuration>) throws(PluginError) -> [IPAddress] {
    try call.requireKnownArguments("IP")
    let texts =
      call.arguments.filter { $0.key == "IP" && !$0.value.isEmpty }.map(\.value)
      + (call.configuration.args?.cni?.ips ?? [])
      + (call.configuration.runtimeConfig?.ips ?? [])
    var addresses: [IPAddress] = []
    for text in texts {
      guard let address = IPAddress(text) ?? IPPrefix(text)?.address else {
        throw invalid("an address is asked for that is none: \(text.beginning(64))")
      }
      addresses.append(address)
    }
    return addresses
  }

  static func invalid(_ message: String) -> PluginError {
    PluginError(message, code: CNIError.Code.invalidConfiguration)
  }
}
