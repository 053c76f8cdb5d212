import CNI
import JSON

extension Catalogue {
  /// What the verbs cost that concern no pod, alone and many at once.
  static let asking: [Case] = [
    .speed(
      "version", "VERSION takes no longer than the budget allows, alone and 16 at once.",
      basis: "CNI 1.1.0, section 4, VERSION: runtimes ask when they start, and before they use a configuration"
    ) { try $0.ask(.version) },
    .speed(
      "status", "STATUS takes no longer than the budget allows, alone and 16 at once.",
      basis: "CNI 1.1.0, section 4, STATUS: a runtime asks before it says that the node is ready, every few seconds"
    ) { trial in
      try trial.needs(version: "1.1.0", for: .status)
      try trial.ask(.status)
    },
    .speed(
      "gc", "GC with 16 pods attached, all of them valid, takes no longer than the budget allows.",
      basis: "CNI 1.1.0, section 4, GC: a runtime calls it now and then with all attachments that it knows"
    ) { trial in
      try trial.needs(version: "1.1.0", for: .gc)
      let pods = try (0..<width).map { _ in try trial.pod() }
      for outcome in try NetworkCall.runAtOnce(pods.map { try trial.networkCall(.add, $0) }) {
        if let failed = outcome.failed { try trial.refuse(failed) }
      }
      try trial.ask(.gc) { request in
        let valid = JSON.array(
          pods.map { ["containerID": .string($0.containerID), "ifname": .string($0.interfaceName)] }.map(JSON.object))
        request.configuration["cni.dev/valid-attachments"] = valid
        request.configuration["cni.dev/attachments"] = valid
      }
    },
  ]
}

extension Trial {
  /// Ends the trial where the network's version has no such verb.
  fileprivate func needs(version: String, for verb: Verb) throws {
    guard try SpecificationVersion(subject.version) >= SpecificationVersion(version) else {
      try skip("\(verb.rawValue) came with \(version), the network is of \(subject.version)")
    }
  }

  fileprivate func ask(_ verb: Verb, _ adjust: (inout Request) -> Void = { _ in }) throws {
    let plain = try networkCall(verb, nil)
    let requests = plain.requests.map { request in
      var request = request
      adjust(&request)
      return request
    }
    let call = NetworkCall(verb: verb, requests: requests, network: plain.network, timeout: plain.timeout)
    let alone = try ask(call, width: 1, rounds: 30)
    tell(alone)
    tell(try ask(call, width: Catalogue.width, rounds: 3), ", \(Catalogue.width) at once,")
    judge(alone)
  }

  private func ask(_ call: NetworkCall, width: Int, rounds: Int) throws -> [Verb: Samples] {
    var samples = Samples()
    let end = SuspendingClock.now + .seconds(2)
    for round in 0..<rounds where round == 0 || SuspendingClock.now < end {
      for outcome in try NetworkCall.runAtOnce(Array(repeating: call, count: width)) {
        if let failed = outcome.failed { try refuse(failed) }
        samples.add(outcome.duration)
      }
    }
    return [call.verb: samples]
  }
}
