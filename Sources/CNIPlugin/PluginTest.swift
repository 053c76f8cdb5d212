public import CNI
public import JSON

/// Calls a plugin without environment, standard input or process, as a runtime would.
///
/// Every part of a request has a value that will do; a test sets what it is about.
public struct PluginTest<P: Plugin>: Sendable {
  /// The plugin.
  public let plugin: P
  /// The configuration; `name`, `type` and `cniVersion` are put in where they are missing.
  public var configuration: JSONObject
  /// The container's id.
  public var containerID = "test"
  /// The path of the network namespace, which need not exist unless the plugin enters it.
  public var networkNamespace = "/run/netns/test"
  /// The interface's name.
  public var interfaceName = "eth0"
  /// `CNI_ARGS`.
  public var arguments: [Attachment.Argument] = []
  /// What the plugin before said.
  public var previousResult: CNIResult?
  /// Where the call comes from; delegates fail unless an invoker is given, such as ``InProcessPlugins`` of the plugins that are
  /// asked.
  public var caller = PluginCaller(invoker: NoDelegates())

  /// A test of a plugin with a configuration.
  public init(_ plugin: P, _ configuration: JSONObject = [:]) {
    self.plugin = plugin
    self.configuration = configuration
  }

  /// ADD's result.
  public func add() throws(PluginError) -> CNIResult { try plugin.add(try call(.add)) }
  /// DEL.
  public func del() throws(PluginError) { try plugin.del(try call(.del)) }
  /// CHECK.
  public func check() throws(PluginError) { try plugin.check(try call(.check)) }
  /// GC, with what is still in use.
  public func gc(keeping valid: [AttachmentIdentity]) throws(PluginError) {
    try plugin.gc(try call(.gc, keeping: valid))
  }
  /// STATUS.
  public func status() throws(PluginError) { try plugin.status(try call(.status)) }

  /// The call that a verb makes of this.
  public func call(
    _ verb: Verb, keeping valid: [AttachmentIdentity] = []
  ) throws(PluginError) -> PluginCall<P.Configuration> {
    try PluginCall(request(verb, keeping: valid), from: caller, supporting: plugin.supportedVersions)
  }

  /// What a runtime would get: the documents and the exit status.
  public func respond(_ verb: Verb, keeping valid: [AttachmentIdentity] = []) -> PluginResponse {
    plugin.respond(to: request(verb, keeping: valid), from: caller)
  }

  /// The request of a verb.
  public func request(_ verb: Verb, keeping valid: [AttachmentIdentity] = []) -> PluginRequest {
    var document = configuration
    let version = plugin.supportedVersions.last ?? SpecificationVersion.current.description
    for (key, value) in [("name", "test"), ("type", plugin.type), ("cniVersion", version)]
    where document.value(ignoringCase: key) == nil {
      document[key] = .string(value)
    }
    if let previousResult { document["prevResult"] = previousResult.raw }
    if verb == .gc {
      document["cni.dev/valid-attachments"] = .array(
        valid.map { ["containerID": .string($0.containerID), "ifname": .string($0.interfaceName)] })
    }
    let isOfAContainer = verb != .gc && verb != .status
    let values = [
      ("CNI_COMMAND", verb.rawValue), ("CNI_CONTAINERID", isOfAContainer ? containerID : ""),
      ("CNI_NETNS", isOfAContainer ? networkNamespace : ""), ("CNI_IFNAME", isOfAContainer ? interfaceName : ""),
      ("CNI_ARGS", Attachment.Argument.text(arguments)), ("CNI_PATH", "/nonexistent"),
    ]
    return PluginRequest(
      verb: verb, plugin: plugin.type, executable: plugin.type, network: "test",
      environment: values.map { Attachment.Argument($0.0, $0.1) }, configuration: JSON.object(document).serialized())
  }
}
