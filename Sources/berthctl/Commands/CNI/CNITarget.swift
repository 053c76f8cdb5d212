import ArgumentParser
import CNI
import JSON

/// A network and the network namespace to attach to it, and under which names.
struct CNITarget: ParsableArguments {
  @Argument(help: "The network's name, or a configuration file.")
  var network: String

  @Argument(
    help: "The network namespace: its path, or a name as `ip netns` knows it.", completion: .file(),
    transform: CNITarget.path)
  var namespace: String

  @Option(
    name: .customLong("ifname"), help: "The interface's name in the namespace. Default: CNI_IFNAME, then eth0.")
  var interfaceName: String?

  @Option(
    name: .customLong("container-id"), help: "The container's id. Default: cnitool's, made of the namespace's path.")
  var containerID: String?

  @Option(name: .customLong("args"), help: "K=V;K=V for the plugins. Default: CNI_ARGS.", transform: CNITarget.pairs)
  var arguments: [Attachment.Argument]?

  @Option(
    name: .customLong("capability-args"),
    help: "A JSON object of values by capability: {\"mac\": \"…\"}. Default: CAP_ARGS.",
    transform: CNITarget.capabilities)
  var capabilityArguments: [String: JSON]?

  /// The attachment by flags, then environment, then what ADD was given, then defaults.
  func attachment(
    _ environment: [String: String], recorded: Attachment? = nil
  ) throws(CNIError) -> Attachment {
    var environment = environment
    // What a flag overrides need not be well formed.
    if arguments != nil { environment["CNI_ARGS"] = nil }
    if capabilityArguments != nil { environment["CAP_ARGS"] = nil }
    var attachment = try CNIToolEnvironment(environment).attachment(networkNamespace: namespace)
    if let containerID { attachment.containerID = containerID }
    if let interfaceName { attachment.interfaceName = interfaceName }
    if let arguments {
      attachment.arguments = arguments
    } else if attachment.arguments.isEmpty, let recorded {
      attachment.arguments = recorded.arguments
    }
    if let capabilityArguments {
      attachment.capabilityArguments = capabilityArguments
    } else if attachment.capabilityArguments.isEmpty, let recorded {
      attachment.capabilityArguments = recorded.capabilityArguments
    }
    return attachment
  }

  /// A name without a slash is one of `ip netns`, whose namespaces are kept in one directory.
  @Sendable private static func path(_ text: String) throws -> String {
    guard !text.isEmpty else { throw ValidationError("the network namespace is empty; a path or a name is wanted") }
    return text.utf8.contains(UInt8(ascii: "/")) ? text : "/var/run/netns/\(text)"
  }

  @Sendable private static func pairs(_ text: String) throws -> [Attachment.Argument] {
    do {
      return try Attachment.Argument.parse(text)
    } catch {
      throw ValidationError(error.text)
    }
  }

  @Sendable private static func capabilities(_ text: String) throws -> [String: JSON] {
    do {
      return try CNIToolEnvironment(["CAP_ARGS": text]).capabilityArguments
    } catch {
      throw ValidationError(error.text)
    }
  }
}
