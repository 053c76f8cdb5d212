import CNI
import Glibc
import JSON
import LinuxKernel

extension Catalogue {
  /// What verbs cost beside time.
  static let expense: [Case] = [
    .speed(
      "programs", "No verb executes more than a hundred programs.",
      basis: "Each program that a plugin executes costs a millisecond or more; iptables once a rule is the usual reason"
    ) { trial in
      let watch = try ExecutionWatch(trial.subject)
      try trial.lifecycles(5) { verb, call in
        watch.forget()
        let before = ExecutionWatch.lastTask()
        let outcome = call.run()
        return (outcome, ["programs": watch.count(), "processes and threads": ExecutionWatch.lastTask() - before])
      } judging: { verb, figures in
        let programs = figures["programs"] ?? 0
        trial.expect(programs <= 100, "\(verb.rawValue) executes \(programs) programs")
      }
    },
    .speed(
      "output", "No verb prints more than 64 KiB.",
      basis: "A runtime reads all of standard output into memory, and keeps ADD's for as long as the pod lives"
    ) { trial in
      try trial.lifecycles(1) { verb, call in
        let outcome = call.run()
        let bytes = outcome.calls.map(\.response.stdout.count).max() ?? 0
        return (outcome, ["bytes printed": bytes])
      } judging: { verb, figures in
        let bytes = figures["bytes printed"] ?? 0
        trial.expect(bytes <= 64 << 10, "\(verb.rawValue) prints \(bytes) bytes")
      }
    },
    .speed(
      "memory", "No plugin's process takes more than 256 MiB.",
      basis:
        "Plugins run in the runtime's group, and many at once; seen in /proc while they run, so it is a lower bound"
    ) { trial in
      let executables = trial.subject.executables
      try trial.lifecycles(5) { verb, call in
        let sampler = try MemorySampler(executables)
        let outcome = call.run()
        return (outcome, ["KiB": sampler.stop()])
      } judging: { verb, figures in
        let peak = figures["KiB"] ?? 0
        trial.expect(peak <= 256 << 10, "a plugin takes \(peak) KiB in \(verb.rawValue)")
      }
    },
  ]
}

extension Trial {
  /// Attaches a pod and detaches it, so many times, and counts at each verb; tells the median of each count, and judges it.
  fileprivate func lifecycles(
    _ rounds: Int, _ count: (Verb, NetworkCall) throws -> (NetworkCall.Outcome, [String: Int]),
    judging: (Verb, [String: Int]) -> Void
  ) throws {
    let pod = try pod()
    var counts: [Verb: [String: [Int]]] = [:]
    for _ in 0..<rounds {
      var document: JSON?
      for verb in [Verb.add, .check, .del] {
        let (outcome, numbers) = try count(verb, try networkCall(verb, pod, previousResult: document))
        if let failed = outcome.failed, verb != .check { try refuse(failed) }
        if verb == .add { document = outcome.document }
        for (name, number) in numbers { counts[verb, default: [:]][name, default: []].append(number) }
      }
    }
    for verb in Verb.allCases {
      guard let numbers = counts[verb] else { continue }
      let medians = numbers.mapValues { $0.sorted()[$0.count / 2] }
      for (name, number) in medians.sorted(by: { $0.key < $1.key }) {
        measured("\(verb.rawValue) \(name)", Double(number))
      }
      judging(verb, medians)
    }
  }
}
