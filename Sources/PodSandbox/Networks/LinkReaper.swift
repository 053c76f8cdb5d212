import CNI
import LinuxKernel
import Logging
import NetworkPlugins

/// Deletes in the background what a native DEL has left of a pod's links.
///
/// An ifb is the host's, and goes at once. A veth pair goes with the pod's namespace some twenty milliseconds after that was
/// dropped, unless somebody holds it (`ip netns exec`, a capture): then it is deleted a second later. What a daemon that ends
/// meanwhile leaves, the next one deletes when it starts, and gc finds.
struct LinkReaper: Sendable {
  private static let patience = Duration.seconds(1)

  let watcher: Watcher
  let logger: Logger

  /// A pod's place on one network.
  private struct Place: Sendable {
    let network: String
    let identity: AttachmentIdentity
    /// Whether it may have a link that does not go with the pod's namespace.
    let isOutlived: Bool
  }

  /// Deletes a sandbox's links: at once those that nobody else takes away, all that are left in a second.
  func watch(_ record: SandboxRecord) {
    let places = record.networks.compactMap { network in
      // What cannot be read was never attached.
      (try? network.list()).map { list in
        Place(
          network: list.name,
          identity: AttachmentIdentity(containerID: record.id, interfaceName: network.interfaceName),
          isOutlived: network.leavesLinks(list))
      }
    }
    guard !places.isEmpty else { return }
    let outlived = places.filter(\.isOutlived)
    if !outlived.isEmpty {
      schedule("reap.outlived", at: .now) { try links(of: outlived).filter { !$0.goesWithNamespace } }
    }
    schedule("reap.left", at: .now + Self.patience) {
      do {
        try OwnedElement.tidySubnets()
      } catch {
        logger.warning("what a network without pods has in nf_tables is still there: \(error)")
      }
      return try links(of: places)
    }
  }

  /// Deletes links that are nobody's any more.
  func reap(_ links: @escaping @Sendable () throws -> [OwnedLink]) {
    schedule("reap.lost", at: .now, links)
  }

  private func links(of places: [Place]) throws -> [OwnedLink] {
    try places.flatMap { try OwnedLink.all(of: $0.identity, network: $0.network) }
  }

  /// - Parameter point: What its failpoints' names begin with.
  private func schedule(
    _ point: String, at time: SuspendingClock.Instant, _ links: @escaping @Sendable () throws -> [OwnedLink]
  ) {
    _ = watcher.schedule(at: time) {
      // Without a thread to be had, gc finds them.
      try? DedicatedThread.start(name: "berth-links") {
        do {
          try Failpoint.pass("\(point).before")
          for link in try links() { delete(link) }
          try Failpoint.pass("\(point).after")
        } catch {
          logger.warning("links of pods that are gone cannot be looked for: \(error)")
        }
      }
    }
  }

  private func delete(_ link: OwnedLink) {
    do {
      try link.delete()
    } catch {
      logger.warning(
        "a pod's link is still there: \(error)",
        metadata: ["link": "\(link.name)", "sandbox": "\(link.identity.containerID)"])
    }
  }
}

extension SandboxRecord.Network {
  /// Whether a native plugin of its list leaves links to whoever called DEL.
  fileprivate func leavesLinks(_ list: NetworkConfigurationList) -> Bool {
    guard let executed else { return false }
    return list.plugins.contains { plugin in
      !executed.contains(plugin.type) && NativePlugins.plugin(plugin.type)?.leavesLinks == true
    }
  }
}
