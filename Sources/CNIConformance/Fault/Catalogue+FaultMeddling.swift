import CNI
import JSON
import LinuxKernel
import Netlink

extension Catalogue {
  /// What others have done to a pod or the host meanwhile.
  static let faultMeddling: [Case] = [
    meddled("interface-deleted", .must, "the pod's interface was deleted") { _, socket, index in
      try socket.perform(.deleteLink(index))
    },
    meddled("interface-renamed", .should, "the pod's interface was renamed") { _, _, index in
      try LinkMeddling.rename(index, to: "renamed0")
    },
    meddled("interface-moved", .should, "the pod's interface was moved into another network namespace") {
      elsewhere, _, index in try LinkMeddling.move(index, to: elsewhere.networkNamespace)
    },
    meddled("interface-down", .must, "the pod's interface was set down") { _, socket, index in
      try socket.perform(.setDown(index))
    },
    Case(
      .fault, "bridge-deleted", .must,
      "DEL succeeds and leaves nothing though the bridge was deleted, and the next ADD makes it anew.",
      basis: FaultBasis.tolerates, on: .networks
    ) { trial in
      let judge = try trial.warmUp()
      let before = try trial.snapshot(judge.kinds)
      let pod = try trial.pod()
      let call = try trial.addUnderTest(pod, nil)
      let bridges = try trial.bridges(call)
      guard !bridges.isEmpty else { try trial.skip("the result names no bridge") }
      for bridge in bridges { try bridge.socket.perform(.deleteLink(bridge.index)) }
      var lenient = judge
      lenient.mayMiss = true
      let names = bridges.map(\.name).joined(separator: ", ")
      _ = try trial.recover(pod, result: call.outcomeDocument, lenient, from: before, "after \(names) was deleted")
    },
    Case(
      .fault, "netns-gone-during-add", .must,
      "When the network namespace goes while ADD runs, the DEL that follows succeeds and leaves no more than any DEL without it.",
      basis: FaultBasis.tolerates, on: .networks
    ) { trial in
      var judge = try trial.warmUp()
      let gone = try trial.round(judge) { pod, result in
        try trial.discard(pod)
        try trial.delUnderTest(pod, result)
      }
      judge.usual.formUnion(gone.leaks.map(\.item.kind))
      let times = try trial.measureVerbs()
      let before = try trial.snapshot(judge.kinds)
      for moment in trial.moments(5, in: times.add) {
        let pod = try trial.pod()
        let path = pod.networkNamespace.replacing("/var/run", with: "/run")
        let end = Handoff<Void>()
        try DedicatedThread.start(name: "gone") {
          pause(moment)
          try? NetworkNamespace.unpin(path)
          end.give(())
        }
        let call = try trial.addUnderTest(pod, nil)
        end.take()
        let when = "after the namespace had gone \(moment.words) from ADD's start"
        for call in try trial.delUnderTest(pod, call.outcomeDocument) where !call.succeeded {
          trial.violate("\(call.request.plugin): DEL \(when) failed: \(call.outcome)")
        }
        trial.judge(
          try trial.settle(judge, PodMarks(pod, result: call.outcomeDocument), from: before, nil), "by DEL \(when)")
      }
    },
    Case(
      .fault, "netns-replaced", .should,
      "DEL succeeds though there is but a plain file where the network namespace was, as after a reboot.",
      basis: FaultBasis.tolerates, on: .networks
    ) { trial in
      var judge = try trial.warmUp()
      let gone = try trial.round(judge) { pod, result in
        try trial.discard(pod)
        try trial.delUnderTest(pod, result)
      }
      judge.usual.formUnion(gone.leaks.map(\.item.kind))
      let before = try trial.snapshot(judge.kinds)
      let pod = try trial.pod()
      let result = try trial.attachUnderTest(pod, nil)
      try trial.discard(pod)
      try DurableFile.create(pod.networkNamespace, with: [], mode: 0o444)
      for call in try trial.delUnderTest(pod, result) {
        trial.expect(call.succeeded, "\(call.request.plugin): DEL failed: \(call.outcome)")
      }
      trial.judge(try trial.settle(judge, PodMarks(pod, result: result), from: before, nil), "by DEL")
    },
    Case(
      .fault, "malformed-previous-result", .must,
      "A DEL whose prevResult is damaged ends in time, and one with the right one then succeeds and leaves nothing.",
      basis: FaultBasis.tolerates, on: .networks
    ) { trial in
      let judge = try trial.warmUp()
      let before = try trial.snapshot(judge.kinds)
      let damaged: [JSON] = [
        ["ips": "none"], ["ips": [["address": "10.0.0.1/24", "interface": 99]]], "text", .null,
      ]
      for damage in damaged {
        let pod = try trial.pod()
        let result = try trial.attachUnderTest(pod, nil)
        for call in try trial.delUnderTest(pod, damage) {
          if case .timedOut(let time) = call.response.outcome {
            trial.violate("\(call.request.plugin): DEL with prevResult \(damage) did not end within \(time)")
          }
        }
        let when = "after one with prevResult \(String(decoding: damage.serialized(), as: UTF8.self))"
        guard try trial.recover(pod, result: result, judge, from: before, when) else { return }
      }
    },
  ]

  private static func meddled(
    _ name: String, _ weight: Weight, _ words: String,
    _ meddle: @escaping @Sendable (_ elsewhere: Pod, RouteSocket, Int32) throws -> Void
  ) -> Case {
    Case(
      .fault, name, weight, "DEL succeeds and leaves nothing though \(words) before.", basis: FaultBasis.tolerates,
      on: .networks
    ) { trial in
      let judge = try trial.warmUp()
      let before = try trial.snapshot(judge.kinds)
      let pod = try trial.pod()
      let result = try trial.attachUnderTest(pod, nil)
      let elsewhere = try trial.pod()
      try trial.meddle(pod) { socket, index in try meddle(elsewhere, socket, index) }
      for call in try trial.delUnderTest(pod, result) where !call.succeeded {
        trial.violate("\(call.request.plugin): DEL after \(words) failed: \(call.outcome)")
      }
      // What was renamed or moved is in a pod's namespace, and goes with that.
      for place in [pod, elsewhere] { try trial.discard(place) }
      trial.judge(try trial.settle(judge, PodMarks(pod, result: result), from: before, nil), "by DEL after \(words)")
    }
  }
}
