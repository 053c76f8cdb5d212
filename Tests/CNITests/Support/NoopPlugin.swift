import CNI
import Glibc
import JSON
import LinuxKernel

/// The programmable plugin as it is built beside the tests.
enum NoopPlugin {
  /// Its path, whether or not it has been built.
  static let path: String = {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let folder = buffer.prefix(max(count, 0)).split(separator: UInt8(ascii: "/")).dropLast()
    return "/" + folder.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/") + "/noop-plugin"
  }()

  static var isBuilt: Bool { access(path, X_OK) == 0 }

  /// The six variables of a call that lacks nothing.
  static let environment = [
    "CNI_COMMAND": "ADD", "CNI_CONTAINERID": "c", "CNI_NETNS": "/no/such/netns", "CNI_IFNAME": "eth0",
    "CNI_ARGS": "", "CNI_PATH": "/opt/cni/bin",
  ]

  /// Executes it with exactly these variables.
  static func run(
    _ environment: [String: String], _ configuration: String, as executable: String = path
  ) async -> PluginResponse {
    let variables = environment.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
    let invoker = ExecutablePluginInvoker(timeout: .seconds(30), environment: variables)
    let request = PluginRequest(
      verb: .add, plugin: "noop", executable: executable, network: "net", environment: [],
      configuration: Array(configuration.utf8))
    return await DedicatedThread.run { invoker.invoke(request, cancellation: nil) }
  }

  /// Executes it with one verb, some variables taken away and some changed.
  static func call(
    _ verb: String, _ configuration: String, without: [String] = [], with changes: [String: String] = [:]
  ) async -> PluginResponse {
    let changed = environment.merging(["CNI_COMMAND": verb]) { $1 }.merging(changes) { $1 }
    return await run(changed.filter { !without.contains($0.key) }, configuration)
  }
}

extension PluginResponse {
  /// What it printed, as one JSON document.
  var document: JSON { get throws { try JSON(parsing: stdout) } }

  /// `code msg; details` of an error document with exit status 1.
  var complaint: String {
    get throws {
      guard outcome == .ended(.exited(1)) else { return "\(outcome)" }
      let document = try document
      let details = document["details"]?.string.map { "; \($0)" } ?? ""
      return "\(document["code"]?.integer ?? -1) \(document["msg"]?.string ?? "")\(details)"
    }
  }
}
