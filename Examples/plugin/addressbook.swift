import CNI
import CNIPlugin
import FoundationEssentials

/// Keeps a file for each attachment, with its addresses: `{"type": "addressbook", "directory": "/run/addressbook"}`, behind
/// another plugin of a list.
struct AddressBook: Plugin {
  struct Configuration: Decodable { let directory: String }
  let type = "addressbook"

  func add(_ call: PluginCall<Configuration>) throws(PluginError) -> CNIResult {
    let result = try call.requirePreviousResult()
    try reporting {
      try FileManager.default.createDirectory(atPath: call.configuration.directory, withIntermediateDirectories: true)
      try addresses(result).write(toFile: file(call), atomically: true, encoding: .utf8)
    }
    return result
  }

  func del(_ call: PluginCall<Configuration>) throws(PluginError) { try remove(file(call)) }

  func check(_ call: PluginCall<Configuration>) throws(PluginError) {
    let expected = addresses(try call.requirePreviousResult())
    guard let found = try? String(contentsOfFile: file(call), encoding: .utf8), found == expected else {
      throw PluginError("\(file(call)) does not have the addresses of \(call.containerID)")
    }
  }

  func gc(_ call: PluginCall<Configuration>) throws(PluginError) {
    let directory = call.configuration.directory
    let valid = Set(call.validAttachments.map { "\($0.containerID)-\($0.interfaceName)" })
    // Where there is no directory, nothing is to be released.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    for name in names where !valid.contains(name) { try remove("\(directory)/\(name)") }
  }

  private func file(_ call: PluginCall<Configuration>) -> String {
    "\(call.configuration.directory)/\(call.containerID)-\(call.interfaceName)"
  }

  private func addresses(_ result: CNIResult) -> String { result.ips.map { "\($0.address.address)\n" }.joined() }

  private func remove(_ path: String) throws(PluginError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    try reporting { try FileManager.default.removeItem(atPath: path) }
  }

  private func reporting(_ body: () throws -> Void) throws(PluginError) {
    do { try body() } catch { throw PluginError("\(error)", code: CNIError.Code.ioFailure) }
  }
}

@main enum Program {
  static func main() { PluginProgram(AddressBook()).run() }
}
