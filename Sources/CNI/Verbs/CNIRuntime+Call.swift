import JSON

extension CNIRuntime {
  /// Calls one plugin of a list and makes something of its answer. Errors carry plugin, network and verb; the observer hears of every call.
  func call<Answer>(
    _ verb: Verb, _ plugin: PluginConfiguration, of list: NetworkConfigurationList, attachment: Attachment? = nil,
    previousResult: CNIResult? = nil, additions: JSONObject = [:],
    interpret: (PluginResponse) throws(CNIError) -> Answer
  ) async throws(CNIError) -> Answer {
    let builder = RequestBuilder(
      list: list, plugin: plugin, attachment: attachment, pluginDirectories: pluginDirectories)
    return try await call(
      plugin.type, verb: verb, network: list.name, interfaceName: attachment?.interfaceName ?? "",
      request: { builder.request(verb, executable: $0, previousResult: previousResult, additions: additions) },
      interpret: interpret)
  }

  func call<Answer>(
    _ type: String, verb: Verb, network: String, interfaceName: String, request: (String) -> PluginRequest,
    interpret: (PluginResponse) throws(CNIError) -> Answer
  ) async throws(CNIError) -> Answer {
    var report = CallReport(plugin: type, network: network, verb: verb, interfaceName: interfaceName)
    do throws(CNIError) {
      guard !Task.isCancelled else { throw CNIError(.cancelled, "cancelled before the plugin was called") }
      let made = request(try invoker.locate(type, in: pluginDirectories))
      report.request = made
      report.startedAt = .now
      let response = await invoker.invoke(made)
      report.response = response
      if let failure = response.failure { throw failure }
      let answer = try interpret(response)
      observer?(report.record(error: nil, keepsContents: keepsContents))
      return answer
    } catch {
      var failure = error.located(plugin: type, network: network.isEmpty ? nil : network, verb: verb)
      failure.stderr = report.response?.stderr ?? failure.stderr
      observer?(report.record(error: failure, keepsContents: keepsContents))
      throw failure
    }
  }
}

/// What is known of a call while it is under way.
private struct CallReport {
  let plugin: String
  let network: String
  let verb: Verb
  let interfaceName: String
  var startedAt = SuspendingClock.now
  var request: PluginRequest?
  var response: PluginResponse?

  init(plugin: String, network: String, verb: Verb, interfaceName: String) {
    self.plugin = plugin
    self.network = network
    self.verb = verb
    self.interfaceName = interfaceName
  }

  func record(error: CNIError?, keepsContents: Bool) -> PluginCallRecord {
    let outcome: PluginCallRecord.Outcome =
      switch error?.kind {
      case nil: .ok
      case .timeout: .timeout
      case .cancelled: .cancelled
      default: .failed
      }
    var exit: PluginExit?
    if case .ended(let how) = response?.outcome { exit = how }
    return PluginCallRecord(
      plugin: plugin, network: network, verb: verb, interfaceName: interfaceName, startedAt: startedAt,
      duration: startedAt.duration(to: .now), outcome: outcome, exit: exit, error: error,
      stderr: response?.stderr ?? "", request: keepsContents ? request : nil,
      stdout: keepsContents ? response?.stdout : nil)
  }
}
