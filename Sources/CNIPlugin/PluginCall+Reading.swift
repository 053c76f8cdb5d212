package import CNI
package import JSON

extension PluginCall where Configuration: Decodable {
  /// Reads a request as the specification orders it: environment (code 4), JSON (6), network (7), version (1), then the
  /// arguments, the configuration's own fields (7), what the runtime has added to them (6), and the namespace, which may not be
  /// the plugin's own (8).
  package init(
    _ request: PluginRequest, from caller: PluginCaller,
    supporting versions: [String] = SpecificationVersion.supported
  ) throws(PluginError) {
    try RequiredVariables.check(request)
    let document = try RequestDocument(request.configuration, verb: request.verb, supporting: versions)
    verb = request.verb
    // What the environment holds of a container is somebody else's where the verb has none.
    let hasContainer = request.verb != .gc && request.verb != .status
    containerID = hasContainer ? request["CNI_CONTAINERID"] ?? "" : ""
    networkNamespace = hasContainer ? request["CNI_NETNS"] ?? "" : ""
    interfaceName = hasContainer ? request["CNI_IFNAME"] ?? "" : ""
    do throws(CNIError) {
      arguments = try Attachment.Argument.parse(request["CNI_ARGS"] ?? "")
    } catch {
      throw PluginError(error)
    }
    network = document.network
    cniVersion = document.cniVersion
    (configuration, unknownFields) = try Self.decode(document.object)
    self.document = document.object
    let given = try RuntimePart(document, verb: request.verb)
    previousResult = given.previousResult
    capabilities = given.capabilities
    validAttachments = given.validAttachments
    self.caller = caller
    self.request = request
    if !caller.allowsOwnNamespace { try OwnNamespace.refuse(networkNamespace) }
  }

  package static func decode(
    _ document: JSONObject
  ) throws(PluginError) -> (configuration: Configuration, unknown: [UnknownField]) {
    do throws(DocumentError) {
      let (value, unknown) = try DocumentDecoder(.anyCase).decodeLeniently(Configuration.self, from: .object(document))
      return (value, unknown.filter { !SpecificationKeys.contains($0) })
    } catch {
      throw PluginError("cannot use the configuration: \(error)", code: CNIError.Code.invalidConfiguration)
    }
  }
}

/// The keys that every configuration may have, whatever the plugin.
private enum SpecificationKeys {
  private static let own = [
    "cniversion", "name", "type", "capabilities", "args", "dns", "ipam", "prevresult", "runtimeconfig",
  ]

  static func contains(_ field: UnknownField) -> Bool {
    guard case .field(.root, let key) = field.place else { return false }
    let name = key.lowercased()
    return own.contains { $0.hasSameBytes(as: name) } || name.utf8.starts(with: "cni.dev/".utf8)
  }
}
