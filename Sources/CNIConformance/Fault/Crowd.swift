import CNI
import JSON
import LinuxKernel

/// What one of many that call at once does, and what came of it.
struct CrowdMember: Sendable {
  /// The requests in their order; each ADD gets the result of the one before it.
  var requests: [Request]
  /// Whether each one gets the result of the one before it, and none is made after one that failed.
  var isChained = true

  /// Makes the calls, on the calling thread.
  func run(_ caller: PluginCaller) -> [Call] {
    var calls: [Call] = []
    for original in requests {
      var request = original
      if isChained, let document = calls.last?.outcomeDocument { request.configuration["prevResult"] = document }
      let call = caller.send(request)
      calls.append(call)
      if isChained, !call.succeeded { break }
    }
    return calls
  }
}

/// Calls plugins from whatever thread.
struct PluginCaller: Sendable {
  let timeout: Duration
  let network: String

  func send(_ request: Request) -> Call {
    let invoker = ExecutablePluginInvoker(timeout: timeout, environment: ["PATH=\(Trial.path)"])
    let start = SuspendingClock.now
    let response = invoker.invoke(
      PluginRequest(
        verb: request["CNI_COMMAND"].flatMap(Verb.init(rawValue:)) ?? .add, plugin: request.plugin,
        executable: request.executable, network: network, environment: request.environment,
        configuration: request.standardInput), cancellation: nil)
    return Call(request: request, response: response, duration: start.duration(to: .now))
  }
}

extension Trial {
  /// All members at once, each on a thread of its own; the calls of each.
  func run(_ crowd: [CrowdMember]) throws -> [[Call]] {
    // Everybody waits for everybody else: they take longer than one alone.
    let caller = PluginCaller(timeout: timeout * 3, network: subject.list.name)
    let ends = try crowd.map { member in
      let end = Handoff<[Call]>()
      try DedicatedThread.start(name: "crowd", stackSize: 1 << 20) { end.give(member.run(caller)) }
      return end
    }
    let calls = ends.map { $0.take() }
    for call in calls.joined() { note(call) }
    return calls
  }

  /// ADD of a pod by the plugins under test.
  func adding(_ pod: Pod) throws -> CrowdMember {
    CrowdMember(requests: try subject.range.map { try equipped(.add, pod, plugin: $0) })
  }

  /// DEL of a pod by the plugins under test.
  func deleting(_ pod: Pod, _ result: JSON?) throws -> CrowdMember {
    CrowdMember(
      requests: try subject.range.reversed().map { try equipped(.del, pod, plugin: $0, previousResult: result) },
      isChained: false)
  }

  /// Notes each call that did not succeed.
  func expectSuccess(_ calls: [[Call]], _ when: String) {
    let failed = calls.joined().filter { !$0.succeeded }
    for call in failed.prefix(3) {
      violate(
        "\(call.request.plugin): \(call.request["CNI_COMMAND"] ?? "?") \(when) failed (\(failed.count) of them): \(call.outcome)"
      )
    }
  }
}
