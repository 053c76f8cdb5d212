import CNI
import JSON

/// A request's configuration, as far as every plugin reads it: an object with a network's name and a version that is spoken.
struct RequestDocument {
  let object: JSONObject
  let network: String
  let cniVersion: String

  /// Reads it in the specification's order: JSON (code 6), network (7), version (1).
  init(_ bytes: [UInt8], verb: Verb, supporting versions: [String]) throws(PluginError) {
    object = try Self.object(bytes)
    network = object.member("name")?.string ?? ""
    do throws(CNIError) {
      try Validation.networkName(network)
    } catch {
      throw PluginError(error)
    }
    cniVersion = try Self.version(of: object)
    try Self.check(cniVersion, verb: verb, supporting: versions)
  }

  /// The version that an error document is written in: the configuration's, where it has one that is spoken.
  static func spokenVersion(_ bytes: [UInt8], supporting versions: [String]) -> String {
    // What cannot be read has none.
    if let object = try? object(bytes), let version = try? version(of: object), isSpoken(version, versions) {
      return version
    }
    return versions.last ?? SpecificationVersion.current.description
  }

  private static func object(_ bytes: [UInt8]) throws(PluginError) -> JSONObject {
    let document: JSON
    do {
      document = try JSON(parsing: bytes, maximumDepth: JSON.maximumForeignDepth)
    } catch {
      throw PluginError("cannot read the configuration: \(error)", code: CNIError.Code.decodingFailure)
    }
    guard let object = document.object else { throw .undecodable("the configuration", document, expected: "an object") }
    return object
  }

  /// What is missing or empty is 0.1.0.
  private static func version(of object: JSONObject) throws(PluginError) -> String {
    guard let value = object.member("cniVersion") else { return "0.1.0" }
    guard let version = value.string else { throw .undecodable("cniVersion", value, expected: "a string") }
    return version.isEmpty ? "0.1.0" : version
  }

  private static func check(_ version: String, verb: Verb, supporting versions: [String]) throws(PluginError) {
    guard isSpoken(version, versions) else {
      throw PluginError(
        "incompatible CNI versions", code: CNIError.Code.incompatibleVersion,
        details: "config is \"\(version.beginning(64))\", plugin supports "
          + "[\(versions.map { "\"\($0)\"" }.joined(separator: " "))]")
    }
    let order = SpecificationVersion.supported
    if let least = firstVersions[verb], order.firstIndex(of: version) ?? 0 < order.firstIndex(of: least) ?? 0 {
      throw PluginError(
        "config version does not allow \(verb.rawValue)", code: CNIError.Code.incompatibleVersion,
        details: "config is \"\(version)\", \(verb.rawValue) came with \(least)")
    }
  }

  private static func isSpoken(_ version: String, _ versions: [String]) -> Bool {
    versions.contains { $0.hasSameBytes(as: version) }
  }

  /// The versions in which verbs came that were not there from the beginning.
  private static let firstVersions: [Verb: String] = [.check: "0.4.0", .gc: "1.1.0", .status: "1.1.0"]
}

extension JSONObject {
  /// The value of one of the specification's keys, in whatever case; `null` counts as missing, as it does in Go.
  func member(_ key: String) -> JSON? {
    guard let value = value(ignoringCase: key), !value.isNull else { return nil }
    return value
  }
}

extension PluginError {
  /// Something that the runtime wrote is of another type than the specification says.
  static func undecodable(_ subject: String, _ value: JSON, expected: String) -> PluginError {
    PluginError(
      "cannot read \(subject): expected \(expected), got \(value.kind)", code: CNIError.Code.decodingFailure)
  }
}
