import JSON
import RuntimeAPI

/// A pod's configuration in a file, JSON or YAML, keys in snake_case or lowerCamelCase.
struct PodConfigurationFile {
  /// The file's name for messages.
  let name: String
  let configuration: CRI.PodSandboxConfig
  /// Keys that mean nothing and were dropped.
  let unknown: [UnknownField]

  /// Reads `path`, or standard input for `-`.
  init(path: String, surroundings: Surroundings) throws(CommandFailure.Reason) {
    if path == "-" {
      try self.init(bytes: surroundings.readStandardInput(), name: "standard input")
    } else {
      try self.init(bytes: InputFile.read(path: path), name: path)
    }
  }

  init(bytes: [UInt8], name: String) throws(CommandFailure.Reason) {
    self.name = name
    let document = try Self.document(bytes, name)
    guard !document.isNull else { throw .init("\(name): there is no configuration in it") }
    if let other = ForeignDocument.description(of: document) { throw .init("\(name): \(other)") }
    do {
      (configuration, unknown) = try ProtoJSONDecoder().decodeLeniently(CRI.PodSandboxConfig.self, from: document)
    } catch {
      throw .init("\(name): \(error)")
    }
  }

  private static func document(_ bytes: [UInt8], _ name: String) throws(CommandFailure.Reason) -> JSON {
    let whitespace: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    guard bytes.first(where: { !whitespace.contains($0) }) == UInt8(ascii: "{") else {
      return try YAMLReader.document(bytes, name: name)
    }
    do {
      return try JSON(parsing: bytes, rules: .strict)
    } catch {
      // YAML has braces too.
      guard !name.hasSuffix(".yaml"), !name.hasSuffix(".yml") else {
        return try YAMLReader.document(bytes, name: name)
      }
      throw .init("\(name): \(error)")
    }
  }
}
