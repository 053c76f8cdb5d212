import RuntimeAPI

/// Where and how the daemon is called, from flags, environment and configuration file in that order.
struct ClientSettings: Sendable, Hashable {
  var endpoint: Endpoint
  /// How long a quick call may take.
  var timeout: Duration
  /// The timeout, if the command line says one: all of the command may take no longer.
  var explicitTimeout: Duration?
  var debug: Bool

  init(_ options: GlobalOptions, environment: [String: String]) throws(CommandFailure.Reason) {
    // crictl's own file and CRI_CONFIG_FILE name the node's other runtime, so only a file that is asked for is read.
    let file = try options.config.map { (path) throws(CommandFailure.Reason) in try CrictlConfiguration(path: path) }
    let said = [
      options.endpoint, environment["BERTH_ENDPOINT"], environment["CONTAINER_RUNTIME_ENDPOINT"], file?.runtimeEndpoint,
    ].lazy.compactMap { $0 }.first { !$0.isEmpty }
    do {
      endpoint = try said.map { (text) throws(ConnectError) in try Endpoint(parsing: text) } ?? .standard
    } catch {
      throw .init(error)
    }
    // As crictl has it, zero means the default.
    explicitTimeout = options.timeout.map(\.duration).flatMap { $0 > .zero ? $0 : nil }
    timeout = explicitTimeout ?? file?.timeout ?? .seconds(2)
    debug = options.debug || file?.debug == true
  }
}
