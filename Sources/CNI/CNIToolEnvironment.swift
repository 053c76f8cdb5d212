import Glibc
public import JSON

/// What cnitool takes from its environment and derives from its arguments, so that its users find the same here.
public struct CNIToolEnvironment: Sendable, Hashable {
  /// `NETCONFPATH`, `/etc/cni/net.d` by default.
  public let configurationDirectory: String
  /// `CNI_PATH`, split at colons; empty when unset.
  public let pluginDirectories: [String]
  /// `CNI_ARGS`.
  public let arguments: [Attachment.Argument]
  /// `CAP_ARGS`: a JSON object of capability values.
  public let capabilityArguments: [String: JSON]
  /// `CNI_IFNAME`, `eth0` by default.
  public let interfaceName: String

  /// Reads the variables. Errors: `CNI_ARGS` that are no pairs, `CAP_ARGS` that are no JSON object.
  public init(_ environment: [String: String]) throws(CNIError) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    configurationDirectory = value("NETCONFPATH") ?? NetworkConfigurationDirectory.defaultPath
    pluginDirectories = (value("CNI_PATH") ?? "").split(separator: ":").map(String.init)
    arguments = try Attachment.Argument.parse(value("CNI_ARGS") ?? "")
    interfaceName = value("CNI_IFNAME") ?? "eth0"
    capabilityArguments = try value("CAP_ARGS").map(CNIToolEnvironment.capabilities) ?? [:]
  }

  /// The attachment of a network namespace under cnitool's container id.
  public func attachment(networkNamespace path: String) -> Attachment {
    let path = CNIToolEnvironment.absolute(path)
    return Attachment(
      containerID: CNIToolEnvironment.containerID(networkNamespace: path), networkNamespace: path,
      interfaceName: interfaceName, arguments: arguments, capabilityArguments: capabilityArguments)
  }

  /// cnitool's container id: `cnitool-` and the first 10 bytes of the SHA-512 of the namespace's absolute path, in hexadecimal.
  public static func containerID(networkNamespace path: String) -> String {
    "cnitool-" + SHA512.hexDigest(of: Array(absolute(path).utf8)).prefix(20)
  }

  /// The path made absolute and cleaned by its text alone, as Go's `filepath.Abs`.
  static func absolute(_ path: String) -> String {
    var whole = path
    if !path.hasPrefix("/"), let current = getcwd(nil, 0) {
      whole = String(cString: current) + "/" + path
      free(current)
    }
    var parts: [Substring] = []
    for part in whole.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  private static func capabilities(_ text: String) throws(CNIError) -> [String: JSON] {
    func invalid(_ reason: String) -> CNIError {
      CNIError(.invalidArgument, code: CNIError.Code.invalidEnvironment, "invalid CAP_ARGS: \(reason)")
    }
    let json: JSON
    do {
      json = try JSON(parsing: text)
    } catch {
      throw invalid("\(error)")
    }
    guard let object = json.object else { throw invalid("an object expected, found \(json.kind)") }
    return Dictionary(object.map { ($0.key, $0.value) }) { _, last in last }
  }
}
