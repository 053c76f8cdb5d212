import CNI
import JSON
import LinuxKernel

extension Catalogue {
  /// Many at once, of different containers.
  static let faultCrowds: [Case] = [
    Case(
      .fault, "sixteen-at-once", .must,
      "Sixteen pods that are attached at once all get an address of their own, and are all detached at once.",
      basis: FaultBasis.parallel, on: .networks
    ) { trial in
      let judge = try trial.warmUpStrictly()
      let before = try trial.snapshot(judge.kinds)
      let pods = try (0..<16).map { _ in try trial.pod() }
      let added = try trial.run(try pods.map(trial.adding))
      trial.expectSuccess(added, "at once with fifteen others")
      try expectOwnAddresses(trial, added)
      let results = added.map { $0.last?.outcomeDocument }
      let deleted = try trial.run(try zip(pods, results).map { try trial.deleting($0, $1) })
      trial.expectSuccess(deleted, "at once with fifteen others")
      let marks = PodMarks(pods[0], result: results[0])
      trial.judge(try trial.settle(judge, marks, from: before, nil), "after sixteen were detached at once")
    },
    Case(
      .fault, "adds-beside-dels", .must, "Eight pods are attached while eight others are detached; all succeed.",
      basis: FaultBasis.parallel, on: .networks
    ) { trial in
      let judge = try trial.warmUp()
      let before = try trial.snapshot(judge.kinds)
      let old = try (0..<8).map { _ in try trial.pod() }
      let results = try old.map { try trial.attachUnderTest($0, nil) }
      let new = try (0..<8).map { _ in try trial.pod() }
      let calls = try trial.run(
        try zip(old, results).map { try trial.deleting($0, $1) } + (try new.map(trial.adding)))
      trial.expectSuccess(calls, "beside others' ADD and DEL")
      for (pod, calls) in zip(new, calls.suffix(8)) { try trial.detachUnderTest(pod, calls.last?.outcomeDocument) }
      let marks = PodMarks(old[0], result: results[0])
      trial.judge(try trial.settle(judge, marks, from: before, nil), "after all were detached")
    },
    Case(
      .fault, "check-beside-others", .must, "CHECK of a pod succeeds while others come and go.",
      basis: FaultBasis.parallel, on: .networks
    ) { trial in
      try trial.requireCheck()
      _ = try trial.warmUp([.link])
      let pod = try trial.pod()
      let result = try trial.attachUnderTest(pod, nil)
      let checks = try subject(trial, .check, pod, result)
      // One that fails though nobody else is there is another case's.
      let alone = CrowdMember(requests: checks, isChained: false)
      let quiet = try trial.run([alone])
      guard quiet.joined().allSatisfy(\.succeeded) else { try trial.skip("CHECK fails when nobody else is there, too") }
      let others = try (0..<6).map { _ in try trial.pod() }
      let many = CrowdMember(requests: Array(repeating: checks, count: 4).flatMap { $0 }, isChained: false)
      let calls = try trial.run([many] + (try others.map(trial.adding)))
      trial.expectSuccess([calls[0]], "beside others' ADD")
      for (other, calls) in zip(others, calls.dropFirst()) {
        try trial.detachUnderTest(other, calls.last?.outcomeDocument, mustDetach: false)
      }
      trial.expectSuccess(try trial.run([alone]), "after others have come and gone")
      try trial.detachUnderTest(pod, result, mustDetach: false)
    },
    Case(
      .fault, "gc-beside-adds", .quality,
      "GC that names all attachments, also those that are just being made, takes nothing from them.",
      basis: FaultBasis.parallel, on: .networks
    ) { trial in
      try trial.speak(atLeast: "1.1.0", for: "GC")
      _ = try trial.warmUp([.link])
      let pods = try (0..<8).map { _ in try trial.pod() }
      let valid: JSON = .array(
        pods.map { ["containerID": .string($0.containerID), "ifname": .string($0.interfaceName)] })
      let collecting = try trial.subject.range.map { index in
        var request = try trial.request(.gc, nil, plugin: index)
        request.configuration["cni.dev/valid-attachments"] = valid
        request.configuration["cni.dev/attachments"] = valid
        return request
      }
      let collector = CrowdMember(
        requests: Array(repeating: collecting, count: 4).flatMap { $0 }, isChained: false)
      let calls = try trial.run([collector] + (try pods.map(trial.adding)))
      trial.expectSuccess(calls, "while GC and ADD ran at once")
      try expectOwnAddresses(trial, Array(calls.dropFirst()))
      for (pod, calls) in zip(pods, calls.dropFirst()) {
        let result = calls.last?.outcomeDocument
        for check in try result.map({ try subject(trial, .check, pod, $0) }) ?? [] {
          let call = trial.send(check)
          trial.expect(call.succeeded, "\(check.plugin): CHECK after GC failed: \(call.outcome)")
        }
        try trial.detachUnderTest(pod, result, mustDetach: false)
      }
    },
  ]

  private static func subject(_ trial: Trial, _ verb: Verb, _ pod: Pod, _ result: JSON) throws -> [Request] {
    try trial.subject.range.map { try trial.equipped(verb, pod, plugin: $0, previousResult: result) }
  }

  /// No address was given twice; where two pods get the same one even by themselves, that is as configured.
  private static func expectOwnAddresses(_ trial: Trial, _ calls: [[Call]]) throws {
    var owners: [String: String] = [:]
    for call in calls.compactMap(\.last) {
      for address in call.result?.ips.map({ "\($0.address.address)" }) ?? [] {
        let owner = call.request["CNI_CONTAINERID"] ?? ""
        if let other = owners[address], try !trial.sharesAddresses() {
          trial.violate("\(other) and \(owner), attached at once, have both got \(address)")
        }
        owners[address] = owner
      }
    }
  }
}

extension Trial {
  /// As ``warmUp(_:)``, but an ADD that fails is a violation.
  func warmUpStrictly() throws -> RoundJudge {
    let pod = try pod()
    let call = try addUnderTest(pod, nil)
    try require(call.succeeded, "ADD failed: \(call.outcome)")
    try detachUnderTest(pod, call.outcomeDocument, mustDetach: false)
    try discard(pod)
    return try warmUp()
  }

  /// Whether two pods, attached one after the other, have an address in common, as with a fixed one.
  fileprivate func sharesAddresses() throws -> Bool {
    let pods = (try pod(), try pod())
    let calls = (try addUnderTest(pods.0, nil), try addUnderTest(pods.1, nil))
    try detachUnderTest(pods.0, calls.0.outcomeDocument, mustDetach: false)
    try detachUnderTest(pods.1, calls.1.outcomeDocument, mustDetach: false)
    let addresses = Set(calls.0.result?.ips.map(\.address) ?? [])
    return !addresses.isDisjoint(with: calls.1.result?.ips.map(\.address) ?? [])
  }
}
