import CNI
import LinuxKernel
import NetworkPlugins

extension SandboxService {
  /// Deletes in the background the links of sandboxes that have no network any more: an earlier daemon ended before it came to it.
  ///
  /// Of a sandbox without a record they are gc's as long as anything of it may live.
  func reapLostLinks() {
    let settings = [host.plugins.native] + host.configuration.runtimeHandlers.values.compactMap(\.nativePlugins)
    guard settings.contains(where: { $0 != .never }) || registry.sandboxes.contains(where: \.record.hasNativePlugins)
    else { return }
    LinkReaper(watcher: host.watcher, logger: host.logger).reap { [self] in
      try OwnedLink.all().filter { host.ids.owns($0.identity.containerID) && isLost($0.identity.containerID) }
    }
  }

  /// Whether nothing of an id of ours has a network any more.
  func isLost(_ id: String) -> Bool {
    switch registry.read({ $0.places[id]?.entry }) {
    case nil: !mayLive(id)
    case .sandbox(let sandbox)?: sandbox.record.stage == .stopped
    case .run?, .owed?, .quarantined?, .collecting?: false
    }
  }
}
