import CNI
import Glibc
import JSON

/// What this execution of the plugin was given.
struct Call {
  let environment: [(name: String, value: String)]
  private(set) var standardInput: [UInt8] = []
  /// The configuration; nil when standard input was no JSON, or not read.
  private(set) var configuration: JSON?

  init() {
    let raw = readAll("/proc/self/environ") ?? []
    environment = raw.split(separator: 0).map { entry in
      let name = entry.prefix { $0 != UInt8(ascii: "=") }
      return (String(decoding: name, as: UTF8.self), String(decoding: entry.dropFirst(name.count + 1), as: UTF8.self))
    }
  }

  subscript(name: String) -> String? { environment.first { $0.name == name }?.value }

  /// Whether somebody else would find nothing on standard input any more.
  private(set) var hasReadStandardInput = false

  /// The verb; nil when it is none that there is.
  var verb: Verb? { self["CNI_COMMAND"].flatMap(Verb.init(rawValue:)) }

  /// The version the configuration asks for.
  var version: String {
    guard let configuration else { return "1.1.0" }
    return configuration["cniVersion"]?.string ?? "0.1.0"
  }

  /// Where the script lies, as far as that is known without the configuration: `DEBUG=` in CNI_ARGS, else
  /// `PATH-OF-PLUGIN.debug`.
  var scriptPath: String? {
    for pair in (self["CNI_ARGS"] ?? "").split(separator: ";") where pair.hasPrefix("DEBUG=") {
      return String(pair.dropFirst("DEBUG=".count))
    }
    guard let name = CommandLine.arguments.first, name.contains("/") else { return nil }
    return access(name + ".debug", F_OK) == 0 ? name + ".debug" : nil
  }

  mutating func readConfiguration() {
    hasReadStandardInput = true
    standardInput = readAll(descriptor: STDIN_FILENO, limit: Skel.maximumInput + 1)
    // A configuration that is none is the script's matter, which may want exactly that.
    configuration = try? JSON(parsing: standardInput)
  }
}

/// A file's bytes; nil when it cannot be opened.
func readAll(_ path: String) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  return readAll(descriptor: descriptor)
}

/// What a descriptor gives until its end, its first error or the limit.
func readAll(descriptor: CInt, limit: Int = .max) -> [UInt8] {
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 64 << 10)
  while true {
    let count = read(descriptor, &block, block.count)
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return bytes }
    bytes += block[..<min(count, limit - bytes.count)]
    if bytes.count == limit { return bytes }
  }
}
