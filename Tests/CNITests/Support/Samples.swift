import CNI
import Glibc
import Synchronization

// Testing has a type of that name as well.
typealias Attachment = CNI.Attachment

func list(_ text: String) throws -> NetworkConfigurationList { try NetworkConfigurationList(parsing: Array(text.utf8)) }

/// A list of plugins by their types only.
func chain(_ types: String..., version: String = "1.0.0", name: String = "net", more: String = "") throws
  -> NetworkConfigurationList
{
  let plugins = types.map { #"{"type":"\#($0)"}"# }.joined(separator: ",")
  return try list(#"{"cniVersion":"\#(version)","name":"\#(name)"\#(more),"plugins":[\#(plugins)]}"#)
}

func attachment(_ id: String = "c1", interface: String = "eth0", netns: String = "/run/netns/x") -> Attachment {
  Attachment(containerID: id, networkNamespace: netns, interfaceName: interface)
}

/// A runtime with a cache of its own.
struct Bench: Sendable {
  let directory: TemporaryDirectory
  let invoker: ScriptedInvoker
  let runtime: CNIRuntime
  let records = Records()

  init(
    missing: Set<String> = [], _ answer: @escaping @Sendable (PluginRequest) -> PluginResponse = { _ in .result }
  ) throws {
    try self.init(ScriptedInvoker(missing: missing, answer))
  }

  init(_ invoker: ScriptedInvoker) throws {
    directory = try TemporaryDirectory()
    self.invoker = invoker
    runtime = CNIRuntime(
      pluginDirectories: ["/opt/cni/bin", "/usr/lib/cni"], cacheDirectory: directory.path, invoker: invoker,
      observer: { [records] in records.append($0) })
  }

  var cacheFiles: [String] { directory.names("results") }
}

final class Records: Sendable {
  private let records = Mutex<[PluginCallRecord]>([])
  var all: [PluginCallRecord] { records.withLock { $0 } }
  func append(_ record: PluginCallRecord) { records.withLock { $0.append(record) } }
}

/// The error that a blocking body throws; nil when it throws none.
func failure(_ body: () throws(CNIError) -> Void) -> CNIError? {
  do throws(CNIError) {
    try body()
    return nil
  } catch {
    return error
  }
}

/// The error that the body throws; nil when it throws none.
func failure(_ body: () async throws(CNIError) -> Void) async -> CNIError? {
  do throws(CNIError) {
    try await body()
    return nil
  } catch {
    return error
  }
}
