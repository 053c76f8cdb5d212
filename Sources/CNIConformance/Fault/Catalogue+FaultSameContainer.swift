import CNI
import JSON

extension Catalogue {
  /// Calls at once of one container, which a runtime should not make.
  static let faultSameContainer: [Case] = [
    Case(
      .fault, "same-add-at-once", .should,
      "Of two ADDs of one pod at once at least one succeeds, the pod has what that says, and DEL leaves nothing.",
      basis: FaultBasis.sameContainer, on: .networks
    ) { trial in
      let judge = try trial.warmUp()
      let before = try trial.snapshot(judge.kinds)
      for number in 1...3 {
        let pod = try trial.pod()
        let calls = try trial.run([try trial.adding(pod), try trial.adding(pod)])
        let winners = calls.compactMap(\.last).filter { $0.succeeded }
        trial.expect(!winners.isEmpty, "both ADDs failed: \(calls.compactMap(\.last).map(\.outcome))")
        let addresses = try trial.addressesText(pod)
        for winner in winners {
          guard let result = winner.result, !trial.promisesNothing(result, pod) else { continue }
          let own = result.ips.filter { result.interface(of: $0).map { $0.name == pod.interfaceName } ?? true }
          for address in own.map({ "\($0.address)" }) {
            trial.expect(
              addresses.contains(address), "ADD gave \(address), and the pod's \(pod.interfaceName) has \(addresses)")
          }
        }
        let when = "after two ADDs at once (attempt \(number))"
        guard try trial.recover(pod, result: winners.last?.outcomeDocument, judge, from: before, when) else { return }
      }
    },
    Case(
      .fault, "add-and-del-at-once", .quality,
      "After ADD and DEL of one pod at once another DEL succeeds and leaves nothing.",
      basis: FaultBasis.sameContainer, on: .networks
    ) { trial in
      let judge = try trial.warmUp()
      let before = try trial.snapshot(judge.kinds)
      for number in 1...3 {
        let pod = try trial.pod()
        _ = try trial.run([try trial.adding(pod), try trial.deleting(pod, nil)])
        let when = "after ADD and DEL at once (attempt \(number))"
        guard try trial.recover(pod, judge, from: before, when) else { return }
      }
    },
    Case(
      .fault, "same-del-at-once", .quality, "Two DELs of one pod at once both succeed and leave nothing.",
      basis: FaultBasis.sameContainer, on: .networks
    ) { trial in
      let judge = try trial.warmUp()
      let before = try trial.snapshot(judge.kinds)
      for number in 1...3 {
        let pod = try trial.pod()
        let result = try trial.attachUnderTest(pod, nil)
        let calls = try trial.run([try trial.deleting(pod, result), try trial.deleting(pod, result)])
        trial.expectSuccess(calls, "at once with another DEL of the pod")
        let when = "after two DELs at once (attempt \(number))"
        guard try trial.recover(pod, result: result, judge, from: before, when) else { return }
      }
    },
  ]
}

extension Trial {
  /// The addresses of the pod's interface, with their prefix lengths.
  func addressesText(_ pod: Pod) throws -> [String] {
    let suffix = " of \(pod.interfaceName)"
    return try snapshot([.address], pod).items.keys.filter { $0.place == .pod && $0.kind == .address }
      .compactMap { $0.identity.hasSuffix(suffix) ? String($0.identity.dropLast(suffix.count)) : nil }.sorted()
  }
}
