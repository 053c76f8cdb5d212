public import CNI
public import JSON

extension PluginCall {
  /// Asks another plugin, and gives its result; nil unless the verb is ADD.
  ///
  /// It gets the same environment, with `verb` for the command, and the same configuration, or one of its own; that is
  /// completed with the network, the version and what the runtime has added. Whether it is executed or served in this process
  /// is the caller's business (`PluginCaller.invoker`). What it writes to standard error is this call's, and its error comes with
  /// its code. Errors of its own: a plugin that would ask itself, more than four that ask one another (code 7).
  @discardableResult
  public func delegate(
    to type: String, _ verb: Verb? = nil, configuration own: JSONObject? = nil
  ) throws(PluginError) -> CNIResult? {
    let verb = verb ?? self.verb
    guard own != nil || type != request.plugin else {
      throw PluginError("\(type) would delegate to itself", code: CNIError.Code.invalidConfiguration)
    }
    let response = try Delegation.nested(type) { () throws(CNIError) in
      let served = try caller.invoker.locate(type, in: caller.pluginDirectories)
      return caller.invoker.invoke(
        delegated(to: type, verb, served, own), cancellation: caller.cancellation)
    }
    caller.remarks.add(response.stderr)
    do throws(CNIError) {
      if let failure = response.failure { throw failure }
      return verb == .add ? try response.result(defaultVersion: cniVersion) : nil
    } catch {
      throw PluginError(error, of: type)
    }
  }

  /// The plugin that gives addresses (`ipam.type`); nil where the configuration names none.
  public var ipamType: String? {
    guard let type = document.member("ipam")?.object?.member("type")?.string, !type.isEmpty else { return nil }
    return type
  }

  /// Asks the plugin that gives addresses. Without one nothing is asked, and there is no result. Errors of its own: an
  /// `ipam.type` that is no text (code 6).
  @discardableResult
  public func delegateToIPAM(_ verb: Verb? = nil) throws(PluginError) -> CNIResult? {
    if let type = document.member("ipam")?.object?.member("type"), type.string == nil {
      throw .undecodable("ipam.type", type, expected: "a string")
    }
    guard let ipamType else { return nil }
    return try delegate(to: ipamType, verb)
  }

  private func delegated(to type: String, _ verb: Verb, _ served: String, _ own: JSONObject?) -> PluginRequest {
    PluginRequest(
      verb: verb, plugin: type, executable: served, network: network,
      environment: request.environment.map {
        $0.key == "CNI_COMMAND" ? Attachment.Argument($0.key, verb.rawValue) : $0
      },
      configuration: own.map { JSON.object(completed($0, type)).serialized() } ?? request.configuration)
  }

  private func completed(_ own: JSONObject, _ type: String) -> JSONObject {
    var completed = own
    func complete(_ key: String, _ value: JSON?) {
      if completed.member(key) == nil, let value { completed[key] = value }
    }
    complete("name", .string(network))
    complete("cniVersion", .string(cniVersion))
    complete("type", .string(type))
    for key in ["runtimeConfig", "prevResult", "cni.dev/valid-attachments", "cni.dev/attachments"] {
      complete(key, document.member(key))
    }
    return completed
  }
}

/// How deep plugins ask one another: two of this process that named each other would do so until its stack ends.
private enum Delegation {
  @TaskLocal static var depth = 0
  private static let maximumDepth = 4

  static func nested(
    _ type: String, _ body: () throws(CNIError) -> PluginResponse
  ) throws(PluginError) -> PluginResponse {
    guard depth < maximumDepth else {
      throw PluginError(
        "\(type) is not asked: \(maximumDepth) plugins have asked one another already",
        code: CNIError.Code.invalidConfiguration)
    }
    do {
      return try $depth.withValue(depth + 1) { try body() }
    } catch {
      throw (error as? CNIError).map { PluginError($0) } ?? PluginError("\(error)")
    }
  }
}
