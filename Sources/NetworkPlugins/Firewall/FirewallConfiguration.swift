import CNI
import CNIPlugin
public import JSON

extension Firewall {
  /// What firewall reads of a configuration.
  public struct Configuration: Decodable, Sendable {
    let backend: String?
    let iptablesAdminChainName: String?
    let firewalldZone: String?
    let ingressPolicy: String?
  }

  /// From where new connections to a pod may come.
  enum IngressPolicy: String {
    /// From everywhere that the host lets them through.
    case open
    /// Of bridges with a policy, from the pod's own only.
    case sameBridge = "same-bridge"
    /// Of bridges with a policy, from none, not even from its own.
    case isolated
  }

  /// The keys that this one does not honour, or does not know, a kernel without nf_tables, and a host that drops what it
  /// forwards: only who drops can make exceptions.
  public func reasonToExecute(_ configuration: JSONObject) -> String? {
    switch read(configuration) {
    case .failure(let error): error.message
    case .success(let (configuration, unknown)):
      unknown.first.map { "the key \($0.path) is not known" } ?? Self.notHonoured(configuration)
        ?? HostTable.reasonWhyNot ?? ForwardingDrop.reason
    }
  }

  static func notHonoured(_ configuration: Configuration) -> String? {
    let asked: [(String, String?)] = [
      ("backend", configuration.backend), ("iptablesAdminChainName", configuration.iptablesAdminChainName),
      ("firewalldZone", configuration.firewalldZone),
    ]
    return asked.first { $0.1?.isEmpty == false }.map { "the key \($0.0) is not honoured" }
  }

  /// Refuses a policy that there is none of, before anything is done.
  static func policy(_ call: PluginCall<Configuration>) throws(PluginError) -> IngressPolicy {
    guard let text = call.configuration.ingressPolicy, !text.isEmpty else { return .open }
    guard let policy = IngressPolicy(rawValue: text) else {
      throw PluginError(
        "ingressPolicy: \"\(text.beginning(64))\" is none of open, same-bridge and isolated",
        code: CNIError.Code.invalidConfiguration)
    }
    return policy
  }
}
