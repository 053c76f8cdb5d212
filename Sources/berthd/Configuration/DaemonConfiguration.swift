import PodSandbox

/// Everything a run of the daemon is told: the defaults, changed by the configuration file, changed by the flags.
struct DaemonConfiguration: Equatable, Sendable {
  /// The path of the API's socket.
  var socket = "/run/berth/berth.sock"
  /// The group that may use the socket and look into the state directory; `nil`: ``usualGroup``, if it exists.
  var group: String?
  /// How much the log tells.
  var logLevel = LogLevel.info
  /// How the log is written.
  var logFormat = LogFormat.text
  /// What one client, or all of them together, may ask for.
  var limits = RequestLimits()
  /// The time between the first TERM and the end, in which operations finish or are undone.
  var shutdownGrace = Duration.seconds(20)
  /// What the sandbox service is told.
  var sandboxes = SandboxServiceConfiguration()

  /// The file read when no `--config` is given.
  static let defaultFile = "/etc/berth/berthd.json"
}

/// What bounds the memory and the time that requests can take.
struct RequestLimits: Equatable, Sendable {
  /// Requests in progress at once; one more is refused, never queued.
  var maxConcurrentRequests = 256
  /// The largest body of a request, in bytes.
  var maxRequestBodyBytes = 1 << 20
  /// The most time a request may take to arrive, from the first byte of its head to the last of its body.
  var readTimeout = Duration.seconds(10)
  /// How long a connection without a request in progress stays open.
  var idleTimeout = Duration.seconds(60)
  /// Connections at once; further ones wait in the kernel's queue.
  var maxConnections = 1024
}
