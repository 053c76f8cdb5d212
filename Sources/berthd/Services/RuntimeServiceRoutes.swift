import JSON
import PodSandbox
import RuntimeAPI

/// `runtime.v1.RuntimeService`: the methods of the CRI that concern a sandbox.
struct RuntimeServiceRoutes: Sendable {
  let sandboxes: any Sandboxes
  let configuration: DaemonConfiguration
  private let encodedEvents = EncodedEvents()

  init(sandboxes: any Sandboxes, configuration: DaemonConfiguration) {
    self.sandboxes = sandboxes
    self.configuration = configuration
  }

  /// Each method with its handler.
  var routes: [Route] {
    [
      Route(RuntimeService.version, [.exempt, .readOnly]) { request, _ in version(request) },
      Route(RuntimeService.status, [.exempt, .readOnly]) { request, _ in
        CRI.StatusResponse(sandboxes.runtimeStatus(), verbose: request.verbose ? configuration : nil)
      },
      Route(RuntimeService.runtimeConfig, [.exempt, .readOnly]) { _, _ in
        CRI.RuntimeConfigResponse(linux: CRI.LinuxRuntimeConfiguration(cgroupDriver: .cgroupfs))
      },
      Route(RuntimeService.runPodSandbox, handler: run),
      Route(RuntimeService.stopPodSandbox, .ending, handler: stop),
      Route(RuntimeService.removePodSandbox, .ending, handler: remove),
      Route(RuntimeService.podSandboxStatus, [.exempt, .readOnly], handler: status),
      Route(RuntimeService.listPodSandbox, [.exempt, .readOnly, .bulky]) { request, _ in
        let filter = request.filter.map(SandboxFilter.init) ?? SandboxFilter()
        return CRI.ListPodSandboxResponse(items: sandboxes.list(filter).map(CRI.PodSandbox.init))
      },
      Route(RuntimeService.getContainerEvents, encode: encodedEvents.encode) { _, _ in sandboxes.events() },
    ]
  }

  private func version(_ request: CRI.VersionRequest) -> CRI.VersionResponse {
    CRI.VersionResponse(
      version: "0.1.0", runtimeName: Version.name, runtimeVersion: Version.text, runtimeApiVersion: "v1")
  }

  private func run(_ request: CRI.RunPodSandboxRequest, _ call: CallContext) async throws -> CRI.RunPodSandboxResponse {
    let configuration = try PodSandboxConfiguration(request.config)
    do {
      let outcome = try await sandboxes.run(configuration, runtimeHandler: request.runtimeHandler)
      call.sandboxID = outcome.id
      call.warnings = outcome.warnings
      return CRI.RunPodSandboxResponse(podSandboxId: outcome.id)
    } catch {
      call.sandboxID = error.sandboxID
      throw error
    }
  }

  private func stop(_ request: CRI.StopPodSandboxRequest, _ call: CallContext) async throws
    -> CRI.StopPodSandboxResponse
  {
    call.sandboxID = request.podSandboxId
    _ = try await sandboxes.stop(request.podSandboxId)
    return CRI.StopPodSandboxResponse()
  }

  private func remove(
    _ request: CRI.RemovePodSandboxRequest, _ call: CallContext
  ) async throws -> CRI.RemovePodSandboxResponse {
    call.sandboxID = request.podSandboxId
    _ = try await sandboxes.remove(request.podSandboxId)
    return CRI.RemovePodSandboxResponse()
  }

  private func status(
    _ request: CRI.PodSandboxStatusRequest, _ call: CallContext
  ) async throws -> CRI.PodSandboxStatusResponse {
    call.sandboxID = request.podSandboxId
    let status = try sandboxes.status(request.podSandboxId)
    let info = request.verbose ? ["info": try await sandboxes.details(status.summary.id).document.text()] : [:]
    return CRI.PodSandboxStatusResponse(
      status: CRI.PodSandboxStatus(status), info: info,
      timestamp: .nowSinceEpoch)
  }
}
