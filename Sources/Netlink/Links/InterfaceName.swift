import SystemPackage

/// What an interface may be called.
enum InterfaceName {
  /// Refuses what the kernel would refuse or, with a zero byte in it, would take for another name (dev_valid_name).
  static func check(_ name: String, for operation: String) throws(NetlinkError) {
    let invalid: (UInt8) -> Bool = {
      [0, UInt8(ascii: "/"), UInt8(ascii: ":")].contains($0) || (9...13).contains($0) || $0 == 32
    }
    guard (1...15).contains(name.utf8.count), name != ".", name != "..", !name.utf8.contains(where: invalid) else {
      throw NetlinkError(
        .invalidArgument, errno: .invalidArgument, operation: operation, subject: "\"\(name)\"",
        detail: "an interface name has 1 to 15 bytes without blanks, slashes and colons, and is neither . nor ..")
    }
  }
}
