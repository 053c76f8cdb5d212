import PodSandbox
import RuntimeAPI

/// `berth.v1.BerthService`: what the CRI has no word for.
struct BerthServiceRoutes: Sendable {
  let sandboxes: any Sandboxes

  /// Each method with its handler.
  var routes: [Route] {
    [
      Route(BerthService.getPodSandboxTrace, [.readOnly, .bulky]) { request, call in
        call.sandboxID = request.podSandboxId
        return Berth.GetPodSandboxTraceResponse(
          traces: try await sandboxes.traces(request.podSandboxId).map(Berth.Trace.init))
      },
      Route(BerthService.listLeftovers, [.exempt, .readOnly, .bulky]) { _, _ in
        Berth.ListLeftoversResponse(leftovers: sandboxes.leftovers().map(Berth.Leftover.init))
      },
      Route(BerthService.listPods, [.exempt, .readOnly, .bulky]) { _, _ in
        Berth.ListPodsResponse(
          pods: sandboxes.overview().map(Berth.Pod.init), operations: sandboxes.underWay().map(Berth.Operation.init))
      },
      Route(BerthService.drain, .ending) { request, _ in
        await sandboxes.drain(!request.off)
        return Berth.DrainResponse()
      },
      Route(BerthService.collectGarbage) { request, _ in
        let garbage = try await sandboxes.collectGarbage(dryRun: request.dryRun)
        return Berth.CollectGarbageResponse(garbage: garbage.map(Berth.Garbage.init))
      },
      Route(BerthService.forceRemovePodSandbox, .ending) { request, call in
        call.sandboxID = request.podSandboxId
        let undo = try await sandboxes.forceRemove(request.podSandboxId, forgive: request.forgive)
        return Berth.ForceRemovePodSandboxResponse(undo: undo.map(UndoReport.Step.init))
      },
    ]
  }
}
