import CNI
import LinuxKernel
import Logging
import NetworkPlugins

/// Sees to it that the kernel takes away what a native DEL has left to it.
///
/// A veth pair goes with the pod's namespace some twenty milliseconds after that was dropped, unless somebody holds it
/// (`ip netns exec`, a capture): then it is deleted. What a daemon that ends meanwhile leaves, gc finds.
struct LinkReaper: Sendable {
  private static let patience = Duration.seconds(1)

  let watcher: Watcher
  let logger: Logger

  /// Looks for a sandbox's links in a second, in the background.
  func watch(_ record: SandboxRecord) {
    let links = record.networks.compactMap { network in
      // What cannot be read was never attached.
      (try? network.list()).map { (network: $0.name, identity: identity(record.id, network)) }
    }
    guard !links.isEmpty else { return }
    _ = watcher.schedule(at: .now + Self.patience) { [logger] in
      // Without a thread to be had, gc finds them.
      try? DedicatedThread.start(name: "berth-links") {
        do {
          try OwnedElement.tidySubnets()
        } catch {
          logger.warning("what a network without pods has in nf_tables is still there: \(error)")
        }
        for (network, identity) in links {
          do {
            try OwnedLink.of(identity, network: network)?.delete()
          } catch {
            logger.warning("a pod's link is still there: \(error)", metadata: ["sandbox": "\(identity.containerID)"])
          }
        }
      }
    }
  }

  private func identity(_ id: String, _ network: SandboxRecord.Network) -> AttachmentIdentity {
    AttachmentIdentity(containerID: id, interfaceName: network.interfaceName)
  }
}
