import Glibc
import Logging
import NIOCore
import NIOPosix
import PodSandbox
import ServiceLifecycle
import Synchronization
import SystemPackage

/// The daemon from its start to its end: the sandbox service, the API in front of it, and what ends them in order.
struct Daemon: Sendable {
  let configuration: DaemonConfiguration
  let logger: Logger
  let registry: PrometheusRegistry
  let notifier: ServiceNotifier

  /// Recovers, serves until a signal ends it, and returns when operations in progress have finished or been undone.
  ///
  /// - Throws: ``StartError`` or `SandboxError` when it cannot start.
  func run() async throws {
    try checkPause()
    let sandboxes = try await SandboxService(configuration.sandboxes, logger: logger)
    let socket = SocketFile(path: configuration.socket, group: configuration.sandboxes.group)
    try socket.prepare()
    // Requests are short and small: one loop serves them all, and what they ask for runs on threads of its own.
    NIOSingletons.groupLoopCountSuggestion = 1
    let gate = AdmissionGate(limit: configuration.limits.maxConcurrentRequests)
    let signals = SignalService(logger: logger)
    let startFailure = Mutex<StartError?>(nil)
    let server = server(sandboxes, gate).service(
      socket: configuration.socket, eventLoop: MultiThreadedEventLoopGroup.singleton.any()
    ) {
      do throws(StartError) {
        try socket.publish()
        logger.notice("serving", metadata: ["socket": "\(configuration.socket)", "version": "\(Version.text)"])
        announce()
      } catch {
        startFailure.withLock { $0 = error }
        signals.end()
      }
    }
    // The last quarter belongs to undoing what has not finished by then.
    let drain = DrainService(
      gate: gate, notifier: notifier, patience: configuration.shutdownGrace * 3 / 4,
      grace: configuration.shutdownGrace, logger: logger,
      endOperations: { await sandboxes.shutdown(grace: $0) })
    let group = serviceGroup([signals, server, drain])
    signals.ends(group)
    defer { socket.remove() }
    do {
      try await group.run()
    } catch let error as IOError {
      let reason = Errno(rawValue: error.errnoCode)
      throw StartError("socket \(configuration.socket): cannot listen there: \(reason); choose another --socket")
    }
    if let failure = startFailure.withLock({ $0 }) { throw failure }
    logger.notice("ended")
  }

  private func server(_ sandboxes: any Sandboxes, _ gate: AdmissionGate) -> ConnectServer {
    var access = logger
    access[metadataKey: "log"] = "access"
    return ConnectServer(
      routes: RuntimeServiceRoutes(sandboxes: sandboxes, configuration: configuration).routes
        + BerthServiceRoutes(sandboxes: sandboxes).routes,
      pages: Pages(sandboxes: sandboxes, registry: registry, gate: gate).byPath, limits: configuration.limits,
      gate: gate,
      accessLog: AccessLog(logger: access, metrics: RequestMetrics(factory: registry)))
  }

  private func serviceGroup(_ services: [any Service]) -> ServiceGroup {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    return ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: quiet))
  }

  private func announce() {
    do { try notifier.ready() } catch { logger.warning("systemd cannot be told: \(error)") }
  }

  /// Pauses of another user run it, so it must be executable by all.
  private func checkPause() throws(StartError) {
    let path = configuration.sandboxes.pauseBinary
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw StartError("pause binary \(path): there is no such file; install it or give --pause-binary")
    }
    guard status.st_mode & S_IXOTH != 0 else {
      throw StartError("pause binary \(path): others may not execute it; chmod it to 0755")
    }
  }
}
