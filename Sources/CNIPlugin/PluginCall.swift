public import CNI
public import JSON

/// What a plugin is asked to do: one value with all that the runtime says.
public struct PluginCall<Configuration: Sendable>: Sendable {
  /// The verb.
  public let verb: Verb
  /// The container's id; empty for GC and STATUS, as are the namespace and the interface.
  public let containerID: String
  /// The path of the network namespace; empty for DEL where it is gone. It may not exist.
  public let networkNamespace: String
  /// The interface's name in the container.
  public let interfaceName: String
  /// `CNI_ARGS`, in order.
  public let arguments: [Attachment.Argument]
  /// The network's name.
  public let network: String
  /// The version of the specification that the configuration is written in, and the answer will be.
  public let cniVersion: String
  /// The configuration.
  public let configuration: Configuration
  /// The values of the capabilities that the configuration declares and the runtime has (`runtimeConfig`).
  public let capabilities: JSONObject
  /// The configuration as it came, the runtime's part (`runtimeConfig`, `prevResult`) included.
  public let document: JSONObject
  /// What stands in the configuration and ``configuration`` did not ask for, the specification's own keys left out.
  public let unknownFields: [UnknownField]
  /// What the plugin before said, on DEL and CHECK the last of the list, in the configuration's version where that can say it;
  /// nil when there is none.
  public let previousResult: CNIResult?
  /// With GC, the attachments that are still in use.
  public let validAttachments: Set<AttachmentIdentity>
  /// Where the call comes from.
  public let caller: PluginCaller
  let request: PluginRequest

  /// The container and the interface.
  public var identity: AttachmentIdentity {
    AttachmentIdentity(containerID: containerID, interfaceName: interfaceName)
  }

  /// Writes a line to standard error, where it does not disturb the answer: runtimes keep it for people to read.
  public func remark(_ text: String) { caller.remarks.add("\(text)\n") }
}
