import CNI
import JSON
import LinuxKernel
import Synchronization
import Testing

@testable import CNIPlugin

/// A plugin that says what it was asked, and fails where it is told to.
struct ProbePlugin: Plugin {
  struct Configuration: Decodable {
    struct Nested: Decodable { let inner: Int? }
    let level: Int?
    let nested: Nested?
  }

  let type = "probe"
  let calls = Calls()
  var failure: PluginError?
  var result: CNIResult?
  var supportedVersions = SpecificationVersion.supported

  func add(_ call: PluginCall<Configuration>) throws(PluginError) -> CNIResult {
    try note(call)
    if let result { return result }
    return try call.requirePreviousResult()
  }

  func del(_ call: PluginCall<Configuration>) throws(PluginError) { try note(call) }
  func check(_ call: PluginCall<Configuration>) throws(PluginError) { try note(call) }
  func gc(_ call: PluginCall<Configuration>) throws(PluginError) { try note(call) }
  func status(_ call: PluginCall<Configuration>) throws(PluginError) { try note(call) }

  private func note(_ call: PluginCall<Configuration>) throws(PluginError) {
    calls.add(call)
    if let failure { throw failure }
  }

  final class Calls: Sendable {
    private let made = Mutex<[PluginCall<Configuration>]>([])
    func add(_ call: PluginCall<Configuration>) { made.withLock { $0.append(call) } }
    var all: [PluginCall<Configuration>] { made.withLock { $0 } }
  }
}

/// A plugin with nothing but the two verbs that have no default.
struct BarePlugin: Plugin {
  let type = "bare"
  func add(_ call: PluginCall<NoConfiguration>) throws(PluginError) -> CNIResult { try call.requirePreviousResult() }
  func del(_ call: PluginCall<NoConfiguration>) throws(PluginError) {}
}

/// A plugin that has another do its work: `ipam.type`, or where the configuration says `delegate` its own type again with the
/// same words.
struct DelegatingPlugin: Plugin {
  struct Configuration: Decodable { let delegate: Bool? }
  let type = "delegating"
  let calls = Calls()

  final class Calls: Sendable {
    private let made = Mutex(0)
    func withLock<T: Sendable>(_ body: (inout sending Int) -> sending T) -> T { made.withLock(body) }
  }

  func add(_ call: PluginCall<Configuration>) throws(PluginError) -> CNIResult {
    calls.withLock { $0 += 1 }
    call.remark("asking")
    let result =
      call.configuration.delegate == true
      ? try call.delegate(to: type, configuration: ["delegate": true]) : try call.delegateToIPAM()
    guard let result else { throw PluginError("nobody to ask") }
    return result
  }

  func del(_ call: PluginCall<Configuration>) throws(PluginError) { try call.delegateToIPAM() }
}

/// An invoker that answers as it is told, and keeps what it was asked.
final class ScriptedInvoker: PluginInvoker {
  private let answer: @Sendable (PluginRequest) -> PluginResponse
  private let requests = Mutex<[PluginRequest]>([])
  init(_ answer: @escaping @Sendable (PluginRequest) -> PluginResponse) { self.answer = answer }
  var all: [PluginRequest] { requests.withLock { $0 } }
  func locate(_ type: String, in directories: [String]) throws(CNIError) -> String {
    "\(directories.first ?? "")/\(type)"
  }
  func invoke(_ request: PluginRequest, cancellation: Cancellation?) -> PluginResponse {
    requests.withLock { $0.append(request) }
    return answer(request)
  }
}

enum Results {
  static func one(_ version: String = "1.1.0") throws -> CNIResult {
    let address = try #require(IPPrefix("10.1.0.7/16"))
    return try CNIResult(
      cniVersion: version, interfaces: [.init(name: "eth0", mac: "0a:00:00:00:00:01", sandbox: "/run/netns/test")],
      ips: [.init(address: address, gateway: "10.1.0.1", interface: 0)])
  }
}
