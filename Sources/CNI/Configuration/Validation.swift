/// The rules for what enters paths and environments (libcni's `pkg/utils`); libcni applies them to ADD only, this library to every verb.
package enum Validation {
  package static func containerID(_ id: String) throws(CNIError) {
    guard !id.isEmpty else {
      throw CNIError(.invalidArgument, code: CNIError.Code.unknownContainer, "missing containerID")
    }
    guard isName(id) else {
      throw CNIError(
        .invalidArgument, code: CNIError.Code.invalidEnvironment, "invalid characters in containerID", details: id)
    }
  }

  package static func networkName(_ name: String) throws(CNIError) {
    guard !name.isEmpty else {
      throw CNIError(.invalidArgument, code: CNIError.Code.invalidConfiguration, "missing network name:")
    }
    guard isName(name) else {
      throw CNIError(
        .invalidArgument, code: CNIError.Code.invalidConfiguration, "invalid characters found in network name",
        details: name)
    }
  }

  package static func interfaceName(_ name: String) throws(CNIError) {
    func refused(_ message: String, details: String = "") -> CNIError {
      CNIError(.invalidArgument, code: CNIError.Code.invalidEnvironment, message, details: details)
    }
    guard !name.isEmpty else { throw refused("interface name is empty") }
    guard name.utf8.count <= 15 else {
      throw refused("interface name is too long", details: "interface name should be less than 16 characters")
    }
    guard name != ".", name != ".." else { throw refused("interface name is . or ..") }
    let isForbidden = { (scalar: Unicode.Scalar) in
      scalar == "/" || scalar == ":" || scalar == "\0" || scalar.properties.isWhitespace
    }
    guard !name.unicodeScalars.contains(where: isForbidden) else {
      throw refused("interface name contains / or : or whitespace characters")
    }
  }

  /// A pair that would come apart in `K=V;K=V`, or could not enter an environment, is refused rather than sent changed.
  static func arguments(_ arguments: [Attachment.Argument]) throws(CNIError) {
    for argument in arguments {
      let key = argument.key.utf8
      let isWhole =
        !key.isEmpty && !key.contains(UInt8(ascii: "=")) && !key.contains(UInt8(ascii: ";")) && !key.contains(0)
        && !argument.value.utf8.contains(UInt8(ascii: ";")) && !argument.value.utf8.contains(0)
      guard isWhole else {
        throw CNIError(
          .invalidArgument, code: CNIError.Code.invalidEnvironment, "invalid CNI_ARGS pair",
          details: "\(argument.key)=\(argument.value)")
      }
    }
  }

  static func attachment(_ attachment: Attachment, network: String) throws(CNIError) {
    try containerID(attachment.containerID)
    try networkName(network)
    try interfaceName(attachment.interfaceName)
    try arguments(attachment.arguments)
    guard !attachment.networkNamespace.utf8.contains(0) else {
      throw CNIError(
        .invalidArgument, code: CNIError.Code.invalidNetworkNamespace, "network namespace path holds a NUL")
    }
  }

  /// `^[a-zA-Z0-9][a-zA-Z0-9_.\-]*$`
  static func isName(_ text: String) -> Bool {
    let isAlphanumeric = { (byte: UInt8) in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
    guard let first = text.utf8.first, isAlphanumeric(first) else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x5f || $0 == 0x2e || $0 == 0x2d }
  }
}
