import CNI
public import JSON

/// A plugin's executable, and what it says of itself.
public struct PluginIdentity: Sendable, Hashable {
  /// Its type.
  public let type: String
  /// The path of the executable.
  public let executable: String
  /// The plugin's own version, as it tells when it is called without a verb: `1.1.1`; nil where it tells none.
  public let release: String?
  /// The versions of the specification that it answers to VERSION; empty where it answers none.
  public let specifications: [String]

  /// An identity.
  public init(type: String, executable: String, release: String? = nil, specifications: [String] = []) {
    self.type = type
    self.executable = executable
    self.release = release
    self.specifications = specifications
  }

  /// Asks a plugin, in the namespaces that the calling thread is in: without a verb, and for VERSION.
  public static func asking(type: String, executable: String, timeout: Duration = .seconds(5)) -> PluginIdentity {
    let invoker = ExecutablePluginInvoker(timeout: timeout, environment: ["PATH=\(Trial.path)"])
    func answer(_ environment: [Attachment.Argument], _ stdin: [UInt8]) -> PluginResponse {
      invoker.invoke(
        PluginRequest(
          verb: .version, plugin: type, executable: executable, network: "", environment: environment,
          configuration: stdin), cancellation: nil)
    }
    let about = answer([], [])
    let versions = answer([.init("CNI_COMMAND", "VERSION")], Array(#"{"cniVersion":"1.0.0"}"#.utf8))
    let listed = (try? JSON(parsing: versions.stdout))?["supportedVersions"]?.array ?? []
    return PluginIdentity(
      type: type, executable: executable,
      release: release(in: about.stderr) ?? release(in: String(decoding: about.stdout.prefix(4096), as: UTF8.self)),
      specifications: listed.compactMap(\.string))
  }

  /// The version in what a plugin says of itself: `1.1.1` in `CNI bridge plugin v1.1.1`.
  ///
  /// It is taken from the line that names a plugin, so that the versions of the specification listed below it are not.
  static func release(in about: String) -> String? {
    for line in about.split(whereSeparator: \.isNewline).prefix(20) {
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(where: { $0.lowercased() == "plugin" }) else { continue }
      for word in words[(place + 1)...] where word.lowercased() != "version" {
        let number = word.first == "v" || word.first == "V" ? word.dropFirst() : word
        return number.first?.isNumber == true && number.contains(".") ? String(number) : nil
      }
    }
    return nil
  }

  /// As a report of JSON lines has it.
  public var json: JSON {
    .object([
      "type": .string(type), "executable": .string(executable), "release": release.map { .string($0) } ?? .null,
      "specifications": .array(specifications.map { .string($0) }),
    ])
  }

  /// Reads it back; nil where it is none.
  public init?(_ json: JSON) {
    guard let type = json["type"]?.string, let executable = json["executable"]?.string else { return nil }
    self.type = type
    self.executable = executable
    release = json["release"]?.string
    specifications = (json["specifications"]?.array ?? []).compactMap(\.string)
  }
}
