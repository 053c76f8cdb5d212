import CNI
import JSON
import LinuxKernel
import Synchronization

/// Answers requests from a closure and remembers them; knows every plugin but those named missing.
final class ScriptedInvoker: PluginInvoker {
  private let log = Mutex<[PluginRequest]>([])
  private let missing: Set<String>
  private let answer: @Sendable (PluginRequest, Cancellation?) -> PluginResponse

  init(
    missing: Set<String> = [], _ answer: @escaping @Sendable (PluginRequest) -> PluginResponse = { _ in .result }
  ) {
    self.missing = missing
    self.answer = { request, _ in answer(request) }
  }

  /// One whose answers may wait for the cancellation.
  init(cancellable answer: @escaping @Sendable (PluginRequest, Cancellation?) -> PluginResponse) {
    missing = []
    self.answer = answer
  }

  /// All requests so far.
  var requests: [PluginRequest] { log.withLock { $0 } }

  /// Verb and plugin of all requests so far: `ADD bridge`.
  var calls: [String] { requests.map { "\($0.verb.rawValue) \($0.plugin)" } }

  func locate(_ type: String, in directories: [String]) throws(CNIError) -> String {
    guard missing.contains(type) else { return "/scripted/\(type)" }
    throw CNIError(.pluginNotFound, "failed to find plugin \"\(type)\" in path [\(directories.joined(separator: " "))]")
  }

  func invoke(_ request: PluginRequest, cancellation: Cancellation?) -> PluginResponse {
    log.withLock { $0.append(request) }
    return answer(request, cancellation)
  }
}

extension PluginResponse {
  /// Success with a result that holds one interface and one address.
  static let result = PluginResponse.exited(
    0,
    stdout: """
      {"interfaces":[{"name":"eth0","sandbox":"/run/netns/x"}],"ips":[{"address":"10.1.0.5/16","interface":0}]}
      """)

  /// A plugin's own error.
  static func error(_ code: Int, _ message: String, details: String = "") -> PluginResponse {
    .exited(1, stdout: #"{"code":\#(code),"msg":"\#(message)","details":"\#(details)"}"#)
  }
}

extension PluginRequest {
  /// The configuration as JSON.
  var json: JSON { get throws { try JSON(parsing: configuration) } }
}
