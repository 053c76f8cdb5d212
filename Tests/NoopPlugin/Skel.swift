import CNI
import Glibc
import JSON

/// What a plugin checks before it does anything, in the order of the reference plugins' skel: the environment, the JSON, the
/// names, the version, the network namespace.
enum Skel {
  static let supportedVersions = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]

  /// The most bytes of standard input that are read.
  static let maximumInput = 16 << 20

  /// A variable and the verbs that cannot do without it.
  private static let variables: [(name: String, verbs: Set<Verb>)] = [
    ("CNI_COMMAND", Set(Verb.allCases)),
    ("CNI_CONTAINERID", [.add, .check, .del]),
    ("CNI_NETNS", [.add, .check]),
    ("CNI_IFNAME", [.add, .check, .del]),
    ("CNI_PATH", [.add, .check, .del, .gc, .status]),
  ]

  /// What somebody who calls the plugin by hand gets to read.
  static let about = """
    noop-plugin: a CNI plugin that does what a script says
    CNI protocol versions supported: \(supportedVersions.joined(separator: ", "))

    """

  /// The verb; a call without one is answered here.
  static func verb(of call: Call) throws(PluginError) -> Verb {
    let command = call["CNI_COMMAND"] ?? ""
    guard !command.isEmpty else {
      Output.write(Array(about.utf8), to: STDERR_FILENO)
      exit(0)
    }
    guard let verb = Verb(rawValue: command) else { throw PluginError(4, "unknown CNI_COMMAND: \(command)") }
    let missing = variables.filter { $0.verbs.contains(verb) && (call[$0.name] ?? "").isEmpty }.map(\.name)
    guard missing.isEmpty else {
      throw PluginError(4, "required env variables [\(missing.joined(separator: ","))] missing")
    }
    return verb
  }

  static func check(_ call: Call, verb: Verb, supported: [String]) throws(PluginError) {
    guard verb != .version else { return }
    let members = try configuration(call)
    try checkNames(call, verb: verb, network: members.value(ignoringCase: "name")?.string ?? "")
    try checkVersion(members.value(ignoringCase: "cniVersion")?.string ?? "", verb: verb, supported: supported)
    try checkNamespace(call)
  }

  private static func configuration(_ call: Call) throws(PluginError) -> JSONObject {
    guard call.standardInput.count <= maximumInput else {
      throw PluginError(5, "error reading from stdin: more than \(maximumInput) bytes")
    }
    do throws(JSONError) {
      if let members = try JSON(parsing: call.standardInput).object { return members }
    } catch {
      throw PluginError(6, "error unmarshall network config: \(error)")
    }
    throw PluginError(6, "error unmarshall network config: no object")
  }

  private static func checkNames(_ call: Call, verb: Verb, network: String) throws(PluginError) {
    guard !network.isEmpty else { throw PluginError(7, "missing network name") }
    guard isName(network) else {
      throw PluginError(7, "invalid characters found in network name", details: network)
    }
    let containerID = call["CNI_CONTAINERID"] ?? ""
    guard containerID.isEmpty || isName(containerID) else {
      throw PluginError(4, "invalid characters in containerID", details: containerID)
    }
  }

  private static func isName(_ text: String) -> Bool {
    let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
    return isPlain && text.first.map { !"_.-".contains($0) } ?? false
  }

  private static func checkVersion(_ asked: String, verb: Verb, supported: [String]) throws(PluginError) {
    let version = asked.isEmpty ? "0.1.0" : asked
    guard supported.contains(version) else {
      let known = supported.map { "\"\($0)\"" }.joined(separator: " ")
      throw PluginError(
        1, "incompatible CNI versions", details: "config is \"\(version)\", plugin supports [\(known)]")
    }
    let first: String
    switch verb {
    case .check: first = "0.4.0"
    case .gc, .status: first = "1.1.0"
    case .add, .del, .version: return
    }
    do throws(CNIError) {
      guard try SpecificationVersion(version) < SpecificationVersion(first) else { return }
    } catch {
      throw PluginError(1, "incompatible CNI versions", details: error.description)
    }
    throw PluginError(1, "config version does not allow \(verb.rawValue)")
  }

  /// The reference skel looks after the plugin's work is done, so that its output holds a result and an error; here it is first.
  private static func checkNamespace(_ call: Call) throws(PluginError) {
    let override = (call["CNI_NETNS_OVERRIDE"] ?? "").lowercased()
    guard override != "1", override != "true", let path = call["CNI_NETNS"], !path.isEmpty else { return }
    var own = stat()
    var given = stat()
    // A path that leads nowhere is the plugin's own matter.
    guard stat("/proc/self/ns/net", &own) == 0, stat(path, &given) == 0 else { return }
    guard own.st_dev != given.st_dev || own.st_ino != given.st_ino else {
      throw PluginError(8, "plugin's netns and netns from CNI_NETNS should not be the same")
    }
  }
}
