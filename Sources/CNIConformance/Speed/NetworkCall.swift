import CNI
import JSON
import LinuxKernel

/// One verb of a network, ready to be called from any thread: a request to each of its plugins.
struct NetworkCall: Sendable {
  let verb: Verb
  /// In the order in which they are made.
  let requests: [Request]
  let network: String
  let timeout: Duration

  /// What came of it.
  struct Outcome: Sendable {
    let calls: [Call]

    /// The time that the plugins took, without the caller's own between them.
    var duration: Duration { calls.reduce(.zero) { $0 + $1.duration } }
    /// The last plugin's document.
    var document: JSON? { calls.last?.document }
    /// The call that failed; nil where none did.
    var failed: Call? { calls.first { !$0.succeeded } }
  }

  /// Makes the calls, each after the other, up to one that fails; DEL goes on all the same.
  func run() -> Outcome {
    var calls: [Call] = []
    var previous: JSON?
    for var request in requests {
      if verb == .add, let previous { request.configuration["prevResult"] = previous }
      let call = send(request)
      calls.append(call)
      guard call.succeeded || verb == .del else { break }
      if verb == .add { previous = call.document }
    }
    return Outcome(calls: calls)
  }

  private func send(_ request: Request) -> Call {
    let invoker = ExecutablePluginInvoker(timeout: timeout, environment: ["PATH=\(Trial.path)"])
    let made = PluginRequest(
      verb: verb, plugin: request.plugin, executable: request.executable, network: network,
      environment: request.environment, configuration: request.standardInput)
    let start = SuspendingClock.now
    let response = invoker.invoke(made, cancellation: nil)
    return Call(request: request, response: response, duration: start.duration(to: .now))
  }

  /// Makes several at once, each on a thread of its own; what came of them, in their order.
  static func runAtOnce(_ calls: [NetworkCall]) throws -> [Outcome] {
    let outcomes = calls.map { _ in Handoff<Outcome>() }
    for (call, outcome) in zip(calls, outcomes) {
      try DedicatedThread.start(name: "conf-call", stackSize: 1 << 20) { outcome.give(call.run()) }
    }
    return outcomes.map { $0.take() }
  }
}

extension Trial {
  /// A verb of the network for a pod, or with nil for none.
  func networkCall(_ verb: Verb, _ pod: Pod?, previousResult: JSON? = nil) throws -> NetworkCall {
    let indexes = Array(0..<subject.range.upperBound)
    let requests = try (verb == .del ? indexes.reversed() : indexes).map {
      try request(verb, pod, plugin: $0, previousResult: previousResult)
    }
    return NetworkCall(verb: verb, requests: requests, network: subject.list.name, timeout: timeout)
  }
}
