import Glibc
import LinuxKernel
import Logging

extension SandboxService {
  /// How an operation says that it has ended, exactly once: what came of it, and what is left to be done when nobody waits.
  typealias End<T: Sendable> = @Sendable (Operation<T>.Outcome, Afterwards) -> Void

  /// Admits an operation and lets `work` begin on a plain thread when its turn has come in the lane.
  ///
  /// - Throws: `unavailable` while shutting down; `resourceExhausted` when there is no thread to be had. Nothing has begun then.
  func begin<T: Sendable>(
    _ operation: Operation<T>, on sandboxID: String?, in lane: Lane,
    _ work: @escaping @Sendable (@escaping End<T>) -> Void
  ) throws(SandboxError) {
    let ticket = try operations.begin { operation.cancel(.shutdown) }
    do throws(KernelError) {
      try lane.enter { [operations] in
        work { outcome, afterwards in
          operation.finish(outcome)
          lane.leave()
          // Whoever waits for the answer goes first, whom the kernel often wakes on this very processor.
          DedicatedThread.yield()
          afterwards.run()
          operations.end(ticket)
        }
      }
    } catch {
      operations.end(ticket)
      throw SandboxError(.resourceExhausted, "\(error)", sandboxID: sandboxID)
    }
  }

  /// What does and undoes the steps of one sandbox.
  func transaction(_ id: String) -> Transaction<Pod> {
    Transaction(
      watcher: host.watcher,
      lost: { [self] step in
        change { $0.lose(step, of: id) }
        host.logger.error(
          "a step does not come back from the kernel and is given up",
          metadata: ["sandbox": "\(id)", "step": "\(step.rawValue)"])
      },
      late: { [self] step, pod, begun in undoLate(step, pod, begun) })
  }

  /// Changes the registry's table where nothing can be refused.
  func change(_ body: (inout RegistryState) -> Void) {
    do throws(SandboxError) {
      try registry.change { (state) throws(SandboxError) in body(&state) }
    } catch {
      preconditionFailure("the body throws nothing: \(error)")
    }
  }

  /// A step that was given up has come back: what it has brought about since is undone when it is this sandbox's turn.
  private func undoLate(_ step: StepName, _ pod: Pod, _ begun: Steps.List) {
    let id = pod.record.id
    guard !begun.isEmpty else { return change { $0.recover(step, of: id) } }
    let lane = registry.lane(id)
    let undo: @Sendable () -> Void = { [self] in
      transaction(id).undo(begun, of: pod) { [self] left, reports in
        let unfinished = reports.filter { $0.outcome != .ok }
        host.logger.log(
          level: unfinished.isEmpty ? .notice : .error, "a step that was given up came back and was undone",
          metadata: [
            "sandbox": "\(id)", "step": "\(step.rawValue)",
            "left": "\(unfinished.compactMap(\.error).joined(separator: "; "))",
          ])
        change { $0.recover(step, of: id) }
        lane.leave()
        left.afterwards.run()
      }
    }
    // Without a thread to spare it waits for one on this, which has nothing else to do.
    while (try? lane.enter(undo)) == nil { usleep(10_000) }
  }
}
