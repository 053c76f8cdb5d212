import CNI
import Glibc
import LinuxKernel
import Synchronization
import Testing

@testable import PodSandbox

@Suite("STATUS of the default network", .timeLimit(.minutes(1)))
struct NetworkReadinessTests {
  /// Plugins that answer to STATUS what a test wants, and tell of each call.
  private final class Plugins: PluginInvoker {
    private let answer: Mutex<PluginResponse>
    private let calls = Mutex(0)
    private let isHeld = Mutex(false)

    init(_ answer: PluginResponse = .exited(0)) { self.answer = Mutex(answer) }

    var count: Int { calls.withLock { $0 } }
    func say(_ response: PluginResponse) { answer.withLock { $0 = response } }
    func hold() { isHeld.withLock { $0 = true } }

    func locate(_ type: String, in directories: [String]) throws(CNIError) -> String { "/plugins/\(type)" }

    func invoke(_ request: PluginRequest, cancellation: Cancellation?) -> PluginResponse {
      calls.withLock { $0 += 1 }
      while isHeld.withLock({ $0 }), cancellation?.isCancelled != true { usleep(1000) }
      return cancellation?.isCancelled == true ? PluginResponse(.cancelled) : answer.withLock { $0 }
    }
  }

  private func list(_ version: String, name: String = "net") throws -> NetworkConfigurationList {
    try NetworkConfigurationList(
      parsing: Array(#"{"cniVersion":"\#(version)","name":"\#(name)","plugins":[{"type":"noop"}]}"#.utf8))
  }

  private func readiness(_ plugins: Plugins, every interval: Duration = .seconds(3600)) throws -> NetworkReadiness {
    try NetworkReadiness(interval: interval) { _ in
      CNIRuntime(pluginDirectories: ["/plugins"], cacheDirectory: "/nowhere", invoker: plugins)
    }
  }

  private func until(_ holds: () -> Bool) async {
    while !holds() { await Task.yield() }
  }

  private let refused = PluginResponse.exited(1, stdout: #"{"code":50,"msg":"the uplink is down"}"#)

  @Test("CNI-B5 a network that says it cannot serve ADD is not ready, in words that name the plugin")
  func refusal() async throws {
    let readiness = try readiness(Plugins(refused))
    defer { readiness.shutdown() }
    readiness.follow(try list("1.1.0"))
    await until { readiness.refusal != nil }
    #expect(readiness.refusal == #"plugin type="noop" name="net" failed (status): the uplink is down"#)
  }

  @Test("CNI-B5 plugins before 1.1.0 are never asked")
  func tooOld() async throws {
    let plugins = Plugins(refused)
    let readiness = try readiness(plugins, every: .zero)
    defer { readiness.shutdown() }
    readiness.follow(try list("1.1.0"))
    await until { readiness.refusal != nil }
    // The older list takes the refusal away without a call.
    readiness.follow(try list("1.0.0"))
    await until { readiness.refusal == nil }
    let count = plugins.count
    readiness.follow(nil)
    readiness.follow(try list("1.0.0"))
    #expect(plugins.count == count)
  }

  @Test("CNI-B5 the answer is asked for again every so often")
  func again() async throws {
    let plugins = Plugins(refused)
    let readiness = try readiness(plugins, every: .milliseconds(1))
    defer { readiness.shutdown() }
    readiness.follow(try list("1.1.0"))
    await until { readiness.refusal != nil }
    plugins.say(.exited(0))
    await until { readiness.refusal == nil }
    plugins.say(refused)
    await until { readiness.refusal != nil }
  }

  @Test("CNI-B5 a change is asked about at once, however long the interval is, also one during a call")
  func change() async throws {
    let plugins = Plugins()
    let readiness = try readiness(plugins)
    defer { readiness.shutdown() }
    for round in 1...20 {
      readiness.follow(try list("1.1.0", name: "net\(round)"))
      await until { plugins.count >= round }
    }
    plugins.say(refused)
    readiness.follow(try list("1.1.0", name: "last"))
    await until { readiness.refusal?.contains("last") == true }
  }

  @Test("CNI-B5 a plugin that hangs holds nobody up: the last answer stands, and shutting down ends it")
  func hanging() async throws {
    let plugins = Plugins(refused)
    let readiness = try readiness(plugins, every: .milliseconds(1))
    readiness.follow(try list("1.1.0"))
    await until { readiness.refusal != nil }
    plugins.hold()
    let count = plugins.count
    await until { plugins.count > count }
    #expect(readiness.refusal != nil)
    readiness.shutdown()
    readiness.follow(try list("1.0.0"))
    #expect(readiness.refusal != nil)
  }
}
