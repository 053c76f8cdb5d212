import LinuxKernel
public import Logging
import NetworkPlugins
import Synchronization

/// The pod sandboxes of this host that one daemon keeps: run, stop, remove, list, status.
///
/// Operations on one sandbox are serial, those on different ones run in parallel, each on a plain thread. Needs root. One
/// service at a time may use a root and a state directory; a lock in each sees to it.
public final class SandboxService: Sendable {
  let host: SandboxHost
  let steps: Steps
  let registry = Registry()
  let operations = Operations()
  /// One collection at a time.
  let garbageLane = Lane()
  /// Nil where no plugin is native, or the kernel has no nf_tables.
  let tableKeeper = Mutex<HostTableKeeper?>(nil)

  /// Takes the directories, and recovers: every sandbox of an earlier daemon is adopted or cleaned up when this returns.
  ///
  /// - Throws: `failedPrecondition` when another daemon has the directories, or when the host lacks what is needed.
  public init(_ configuration: SandboxServiceConfiguration, logger: Logger) async throws(SandboxError) {
    do {
      host = try await DedicatedThread.run(name: "berth-start") { try SandboxHost(configuration, logger: logger) }
    } catch let error as SandboxError {
      throw error
    } catch {
      throw SandboxError(.failedPrecondition, "\(error)")
    }
    steps = Steps(host)
    let result: Result<Void, SandboxError> = await DedicatedThread.run(name: "berth-recovery") { [self] in
      do throws(SandboxError) { return .success(try recover()) } catch { return .failure(error) }
    }
    try result.get()
    keepTable()
  }

  /// Events from now on: created, started, stopped (also when a pause dies by itself), deleted, in the order in which things
  /// happened.
  ///
  /// A subscriber that falls far behind is told that it has lost some: see ``EventSubscription``.
  public func events() -> EventSubscription { registry.broadcaster.subscribe() }

  /// Refuses new operations, waits for those under way, after `grace` undoes the runs among them. Sandboxes live on.
  public func shutdown(grace: Duration) async {
    // Told first: what holds a step may hold what is waited for here, too, such as a trace's way to the same disk.
    let told = tellLostSteps(but: [])
    await operations.close(grace: grace)
    _ = tellLostSteps(but: told)
    tableKeeper.withLock { $0 }?.shutdown()
    registry.broadcaster.finish()
    host.shutdown()
  }

  private func tellLostSteps(but told: Set<String>) -> Set<String> {
    let lost = registry.read { $0.places.filter { !$0.value.lost.isEmpty } }
    for (id, place) in lost where !told.contains(id) {
      host.logger.error(
        "a step has not come back from the kernel; what it brings about is left for the next start",
        metadata: ["sandbox": "\(id)", "step": "\(place.lost.map(\.rawValue).joined(separator: ", "))"])
    }
    return told.union(lost.keys)
  }
}
