import CNI
import JSON

extension Catalogue {
  /// One plugin of a chain that fails.
  static let faultChains: [Case] = [
    failing("first-plugin-fails", "the first") { _ in 0 },
    failing("middle-plugin-fails", "a middle") { $0 > 2 ? $0 / 2 : nil },
    failing("last-plugin-fails", "the last") { $0 - 1 },
    Case(
      .fault, "later-plugin-fails", .must,
      "When a plugin behind all of these fails ADD, the DEL of all that follows leaves nothing.",
      basis: FaultBasis.chain, on: .networks
    ) { trial in
      let judge = try trial.warmUp()
      let before = try trial.snapshot(judge.kinds)
      let pod = try trial.pod()
      _ = try trial.attachUnderTest(pod, nil)
      // There is no final result: nothing was kept that could be handed to DEL.
      _ = try trial.recover(pod, judge, from: before, "after a later plugin has failed")
    },
  ]

  private static func failing(_ name: String, _ words: String, _ place: @escaping @Sendable (Int) -> Int?) -> Case {
    Case(
      .fault, name, .must, "When \(words) plugin of a chain fails ADD, DEL of all plugins leaves nothing.",
      basis: FaultBasis.chain, on: .chain
    ) { trial in
      guard let broken = place(trial.subject.range.count) else { try trial.skip("the chain has no such plugin") }
      let judge = try trial.warmUp()
      let before = try trial.snapshot(judge.kinds)
      let pod = try trial.pod()
      var previous: JSON?
      for index in 0...broken {
        var request = try trial.equipped(.add, pod, plugin: index, previousResult: previous)
        if index == broken {
          // What no plugin can work on, each in its place of the chain.
          if index == 0 { request["CNI_NETNS"] = pod.networkNamespace + "-gone" }
          if index > 0 {
            request.configuration["prevResult"] = ["cniVersion": .string(trial.subject.version), "ips": "none"]
          }
        }
        previous = trial.send(request).outcomeDocument
      }
      _ = try trial.recover(pod, judge, from: before, "after \(words) plugin has failed")
    }
  }
}
