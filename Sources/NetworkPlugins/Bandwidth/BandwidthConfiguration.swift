import CNI
import CNIPlugin
public import JSON

extension Bandwidth {
  /// What bandwidth reads of a configuration.
  public struct Configuration: Decodable, Sendable {
    struct RuntimeConfig: Decodable, Sendable { let bandwidth: Limits? }
    /// What the capability may say in place of the configuration.
    struct Limits: Decodable, Sendable {
      let ingressRate: UInt64?
      let ingressBurst: UInt64?
      let egressRate: UInt64?
      let egressBurst: UInt64?
      let shapedSubnets: [String]?
      let unshapedSubnets: [String]?
    }

    let ingressRate: UInt64?
    let ingressBurst: UInt64?
    let egressRate: UInt64?
    let egressBurst: UInt64?
    let shapedSubnets: [String]?
    let unshapedSubnets: [String]?
    let runtimeConfig: RuntimeConfig?

    /// The configuration's own.
    var limits: Limits {
      Limits(
        ingressRate: ingressRate, ingressBurst: ingressBurst, egressRate: egressRate, egressBurst: egressBurst,
        shapedSubnets: shapedSubnets, unshapedSubnets: unshapedSubnets)
    }
  }

  /// The keys that this one does not honour, or does not know, and a kernel without what limits a pod's sending.
  public func reasonToExecute(_ configuration: JSONObject) -> String? {
    switch read(configuration) {
    case .failure(let error): return error.message
    case .success(let (configuration, unknown)):
      if let field = unknown.first { return "the key \(field.path) is not known" }
      if let key = configuration.limits.notHonoured { return "the key \(key) is not honoured" }
      return configuration.egressRate ?? 0 == 0 ? nil : IFB.reasonWhyNot
    }
  }
}

extension Bandwidth.Configuration.Limits {
  /// The key that is not honoured: where only some of the traffic is to be limited.
  var notHonoured: String? {
    let asked = [("shapedSubnets", shapedSubnets), ("unshapedSubnets", unshapedSubnets)]
    return asked.first { $0.1?.isEmpty == false }?.0
  }
}
