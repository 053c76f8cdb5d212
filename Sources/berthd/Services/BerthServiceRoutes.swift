import PodSandbox
import RuntimeAPI

/// `berth.v1.BerthService`: what the CRI has no word for.
struct BerthServiceRoutes: Sendable {
  let sandboxes: any Sandboxes

  /// Each method with its handler.
  var routes: [Route] {
    [
      Route(BerthService.getPodSandboxTrace, .readOnly) { request, call in
        call.sandboxID = request.podSandboxId
        return Berth.GetPodSandboxTraceResponse(
          traces: try sandboxes.traces(request.podSandboxId).map(Berth.Trace.init))
      }
    ]
  }
}
