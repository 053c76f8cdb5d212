import JSON
import LinuxKernel

extension CNIRuntime {
  /// What the plugins of a list would be given with a verb, in their order, without calling them; nothing is looked for.
  package func requests(
    _ verb: Verb, _ list: NetworkConfigurationList, _ attachment: Attachment, previousResult: CNIResult?
  ) -> [PluginRequest] {
    list.plugins.map { plugin in
      RequestBuilder(list: list, plugin: plugin, attachment: attachment, pluginDirectories: pluginDirectories)
        .request(verb, plugin.type, executable: "", previousResult: previousResult, additions: [:])
    }
  }

  /// Calls one plugin of a list, or a delegate with what that plugin is given, and makes something of its answer. Errors carry
  /// plugin, network and verb; the observer hears of every call, and of the excuse for its failure.
  func call<Answer>(
    _ verb: Verb, _ plugin: PluginConfiguration, as delegate: String? = nil, of list: NetworkConfigurationList,
    attachment: Attachment? = nil, previousResult: CNIResult? = nil, additions: JSONObject = [:],
    cancellation: Cancellation?, excuse: (CNIError) -> String? = { _ in nil },
    interpret: (PluginResponse) throws(CNIError) -> Answer
  ) throws(CNIError) -> Answer {
    let type = delegate ?? plugin.type
    let builder = RequestBuilder(
      list: list, plugin: plugin, attachment: attachment, pluginDirectories: pluginDirectories)
    return try call(
      type, verb: verb, network: list.name, interfaceName: attachment?.interfaceName ?? "",
      request: { builder.request(verb, type, executable: $0, previousResult: previousResult, additions: additions) },
      cancellation: cancellation, excuse: excuse, interpret: interpret)
  }

  func call<Answer>(
    _ type: String, verb: Verb, network: String, interfaceName: String, request: (String) -> PluginRequest,
    cancellation: Cancellation?, excuse: (CNIError) -> String? = { _ in nil },
    interpret: (PluginResponse) throws(CNIError) -> Answer
  ) throws(CNIError) -> Answer {
    var report = CallReport(plugin: type, network: network, verb: verb, interfaceName: interfaceName)
    do throws(CNIError) {
      guard cancellation?.isCancelled != true else {
        throw CNIError(.cancelled, "cancelled before the plugin was called")
      }
      let made = request(try invoker.locate(type, in: pluginDirectories))
      report.request = made
      report.startedAt = .now
      let response = invoker.invoke(made, cancellation: cancellation)
      report.response = response
      if var failure = response.failure {
        if !response.wasStarted, cancellation?.isCancelled == true { failure.kind = .cancelled }
        throw failure
      }
      let answer = try interpret(response)
      observer?(report.record(error: nil, keepsContents: keepsContents))
      return answer
    } catch {
      var failure = error.located(plugin: type, network: network.isEmpty ? nil : network, verb: verb)
      failure.stderr = report.response?.stderr ?? failure.stderr
      if verb == .add { failure.calledPlugins = report.response?.wasStarted == true ? 1 : 0 }
      observer?(report.record(error: failure, excuse: excuse(failure), keepsContents: keepsContents))
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

  func record(error: CNIError?, excuse: String? = nil, keepsContents: Bool) -> PluginCallRecord {
    let outcome: PluginCallRecord.Outcome =
      switch error?.kind {
      case nil: .ok
      case .timeout: .timeout
      case .cancelled: .cancelled
      default: .failed
      }
    var exit: ExitStatus?
    if case .ended(let how) = response?.outcome { exit = how }
    return PluginCallRecord(
      plugin: plugin, servedBy: request?.executable, network: network, verb: verb, interfaceName: interfaceName,
      startedAt: startedAt,
      duration: startedAt.duration(to: .now), outcome: outcome, exit: exit, error: error, excuse: excuse,
      stderr: response?.stderr ?? "", request: keepsContents ? request : nil,
      stdout: keepsContents ? response?.stdout : nil)
  }
}
