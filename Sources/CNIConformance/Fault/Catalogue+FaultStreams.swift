import CNI
import JSON

extension Catalogue {
  /// Standard streams and descriptors that are not as they should be.
  static let faultStreams: [Case] = [
    stream("stdin-empty", "standard input ends before the configuration", [Adversity(isInputEmpty: true)]),
    stream("stdout-closed", "nobody has standard output open for reading", [Adversity(output: .closed)]),
    stream("stderr-closed", "nobody has standard error open for reading", [Adversity(errors: .closed)]),
    stream("stdout-unread", "nobody reads standard output before the plugin has ended", [Adversity(output: .unread)]),
    stream("stdout-full", "standard output takes nothing", [Adversity(output: .full)]),
    stream(
      "few-descriptors", "few files may be open", [4, 6, 8, 11, 16].map { Adversity(openFiles: $0) }),
    Case(
      .fault, "lost-result", .should, "ADD fails when its result cannot be written.",
      basis: "a runtime takes status 0 for a result that it can read", on: .all
    ) { trial in
      for (words, adversity) in [
        ("/dev/full", Adversity(output: .full)), ("a closed pipe", Adversity(output: .closed)),
      ] {
        let pod = try trial.pod()
        let previous = try trial.prepare(pod)
        let index = trial.subject.range.lowerBound
        let request = try trial.equipped(.add, pod, plugin: index, previousResult: previous)
        let call = try trial.send(request, under: adversity)
        trial.expect(
          !call.succeeded, "\(request.plugin): ADD ended with status 0 though its standard output was \(words)")
        try trial.delUnderTest(pod, nil)
        try trial.putAway(pod, nil)
      }
    },
  ]

  private static func stream(_ name: String, _ words: String, _ adversities: [Adversity]) -> Case {
    Case(
      .fault, name, .must,
      "Where \(words), ADD and DEL end in time; a DEL without that succeeds and leaves nothing, and the pod can be attached again.",
      basis: FaultBasis.resources, on: .networks
    ) { trial in
      let judge = try trial.warmUp()
      let before = try trial.snapshot(judge.kinds)
      for adversity in adversities {
        let files = adversity.openFiles.map { " (\($0) at most)" } ?? ""
        let pod = try trial.pod()
        let readResult = try trial.run(.add, pod, under: adversity)
        let after = "after an ADD for which \(words)\(files)"
        guard try trial.recover(pod, result: readResult, judge, from: before, after) else { return }
        let other = try trial.pod()
        let result = try trial.attachUnderTest(other, nil)
        _ = try trial.run(.del, other, result, under: adversity)
        let when = "after a DEL for which \(words)\(files)"
        guard try trial.recover(other, result: result, judge, from: before, when) else { return }
      }
    }
  }
}
