import CNI
import CNIPlugin
import JSON

/// A configuration's settings, checked.
struct BandwidthSettings {
  /// How fast the pod receives; nil: as fast as can be.
  let ingress: RateLimit?
  /// How fast it sends.
  let egress: RateLimit?

  /// Whether nothing is to be limited.
  var isEmpty: Bool { ingress == nil && egress == nil }

  private static let keys = ["ingressRate", "ingressBurst", "egressRate", "egressBurst"]

  /// Refuses what the reference plugin refuses, what the kernel would find out half way, and what this one does not honour.
  ///
  /// The capability counts only where the configuration has none of the keys, not even with 0.
  init(_ call: PluginCall<Bandwidth.Configuration>) throws(PluginError) {
    let isOwn = Self.keys.contains { call.document.key(ignoringCase: $0) != nil }
    let asked = isOwn ? call.configuration.limits : call.configuration.runtimeConfig?.bandwidth
    let place = isOwn ? "" : "runtimeConfig.bandwidth."
    if let key = call.configuration.limits.notHonoured ?? asked?.notHonoured {
      throw Bandwidth.invalid(
        "bandwidth: the key \(key) is not honoured",
        details: "all of a pod's traffic is limited; a version of the reference plugin that knows the key can be used")
    }
    ingress = try RateLimit(asked?.ingressRate, burst: asked?.ingressBurst, "\(place)ingress")
    egress = try RateLimit(asked?.egressRate, burst: asked?.egressBurst, "\(place)egress")
  }
}
