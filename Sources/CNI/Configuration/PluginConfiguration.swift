public import JSON

/// One plugin's entry in a network configuration.
public struct PluginConfiguration: Sendable, Hashable {
  /// The name of the plugin's executable.
  public let type: String
  /// The network's name as the entry itself gives it; a list's own name overrides it. Nil when missing.
  public let name: String?
  /// The version as the entry itself gives it; a list's own overrides it. Nil when missing.
  public let cniVersion: String?
  /// The capabilities that the entry declares with `true`.
  public let capabilities: Set<String>
  /// The entry as it was written, unknown keys included.
  public let object: JSONObject

  /// Reads an entry. Errors: no object, no non-empty `type`, a key of the wrong type.
  public init(_ json: JSON) throws(CNIError) {
    guard let object = json.object else {
      throw .configuration("error parsing configuration: an object expected, found \(json.kind)", code: 6)
    }
    func text(_ key: String) throws(CNIError) -> String? {
      guard let value = object.value(ignoringCase: key), !value.isNull else { return nil }
      guard let text = value.string else {
        throw .configuration("error parsing configuration: invalid type \(value.kind) for '\(key)'", code: 6)
      }
      return text
    }
    guard let type = try text("type"), !type.isEmpty else {
      throw .configuration("error parsing configuration: missing 'type'")
    }
    self.type = type
    name = try text("name")
    cniVersion = try text("cniVersion")
    capabilities = try PluginConfiguration.capabilities(object)
    self.object = object
  }

  /// Reads an entry from the bytes of a configuration file.
  public init(parsing bytes: [UInt8]) throws(CNIError) {
    do {
      try self.init(try JSON(parsing: bytes, maximumDepth: JSON.maximumForeignDepth))
    } catch let error as JSONError {
      throw .configuration("error parsing configuration: \(error)", code: CNIError.Code.decodingFailure)
    } catch {
      throw error as? CNIError ?? .configuration("error parsing configuration: \(error)")
    }
  }

  private static func capabilities(_ object: JSONObject) throws(CNIError) -> Set<String> {
    guard let value = object.value(ignoringCase: "capabilities"), !value.isNull else { return [] }
    guard let members = value.object else {
      throw .configuration("error parsing configuration: invalid type \(value.kind) for 'capabilities'", code: 6)
    }
    var declared: Set<String> = []
    for member in members {
      guard let isDeclared = member.value.bool else {
        throw .configuration(
          "error parsing configuration: invalid type \(member.value.kind) for capability '\(member.key)'", code: 6)
      }
      if isDeclared { declared.insert(member.key) }
    }
    return declared
  }
}
