import LinuxKernel
import Logging

/// The steps of a run, in order, each with the doors that it needs.
struct Steps: Sendable {
  typealias List = [any Step<Pod>]

  /// All of them: what a run does, and what Remove undoes of a sandbox that was not stopped.
  let all: List

  init(_ host: SandboxHost) {
    let limit = host.configuration.stepTimeout
    all = [
      WriteIntent(store: host.store, syncer: host.syncer, limit: limit),
      PrepareFiles(limit: limit),
      CreateCgroup(limit: limit),
      StartPause(spawner: host.spawner, filter: host.pauseFilter, oomScore: host.oomScore, limit: limit),
      PinNetworkNamespace(limit: limit),
      AttachNetworks(
        plugins: host.plugins, reaper: LinkReaper(watcher: host.watcher, logger: host.logger), logger: host.logger,
        limit: limit),
      Commit(store: host.store, logger: host.logger, limit: limit),
    ]
  }

  /// What Remove undoes of a stopped sandbox: the record and the files.
  var afterStop: List { all.filter { [.writeIntent, .prepareFiles].contains($0.name) } }

  /// What Stop undoes: all but the record and the files.
  var untilStop: List { all.filter { ![.writeIntent, .prepareFiles].contains($0.name) } }

  /// What is left to undo when the networks are given up.
  var withoutNetworks: List { all.filter { $0.name != .attachNetworks } }
}
