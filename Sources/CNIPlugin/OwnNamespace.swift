import CNI
import LinuxKernel

/// A plugin that worked on the namespace it runs in would take the host's interfaces for the pod's.
enum OwnNamespace {
  static func refuse(_ path: String) throws(PluginError) {
    // A path that leads nowhere, and one that is empty, is the plugin's to judge.
    guard let pod = try? FileIdentity(of: path),
      let own = try? FileIdentity(of: "/proc/thread-self/ns/net"), own == pod
    else { return }
    throw PluginError(
      "CNI_NETNS \(path) is the network namespace that the plugin runs in", code: CNIError.Code.invalidNetworkNamespace,
      details: "give it the container's own")
  }
}
