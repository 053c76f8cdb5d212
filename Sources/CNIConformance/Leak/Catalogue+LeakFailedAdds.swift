import CNI
import JSON
import LinuxKernel
import Netlink

extension Catalogue {
  /// An ADD that fails, and what it leaves.
  static let leakFailedAdds: [Case] =
    FailedAdd.allCases.map { cause in
      Case(
        .leak, "failed-add-\(cause.rawValue)", .must,
        "An ADD that fails because \(cause.words) leaves nothing once DEL was called.", basis: LeakBasis.addFails,
        on: .all
      ) { trial in
        let judge = try trial.warmUp()
        try cause.tried(trial, judge) { pod in
          for call in try trial.delUnderTest(
            pod, nil, { request in if cause == .namespace { request["CNI_NETNS"] = pod.networkNamespace } })
          where !call.succeeded {
            trial.violate("\(call.request.plugin): DEL after the failed ADD failed: \(call.outcome)")
          }
        }
      }
    } + [
      Case(
        .leak, "failed-add-alone", .quality,
        "An ADD that fails leaves nothing behind on the host even before DEL is called.", basis: LeakBasis.addFails,
        on: .interface
      ) { trial in
        try FailedAdd.interface.tried(trial, try trial.warmUp()) { _ in }
      }
    ]
}

/// What makes an ADD fail.
private enum FailedAdd: String, CaseIterable {
  case interface = "taken-name"
  case addresses = "no-ipam"
  case namespace = "no-netns"
  case previous = "bad-previous-result"

  var words: String {
    switch self {
    case .interface: "the pod has an interface of that name"
    case .addresses: "its IPAM plugin cannot be found"
    case .namespace: "the network namespace is not there"
    case .previous: "the previous result is none"
    }
  }

  /// Calls the ADD, then the closure, and judges what is there afterwards.
  func tried(_ trial: Trial, _ judge: RoundJudge, _ undo: (Pod) throws -> Void) throws {
    var pod = try trial.pod()
    let previous = try trial.prepare(pod)
    if self == .namespace { pod.networkNamespace += "-gone" }
    let before = try trial.snapshot(judge.kinds)
    let call = try add(trial, pod, previous)
    // Whatever it was that let it succeed, there is nothing to be learned of a failure.
    guard !call.succeeded else { try trial.skip("ADD succeeds though \(words)") }
    try undo(pod)
    trial.judge(try trial.settle(judge, PodMarks(pod), from: before, nil), "after an ADD that failed as \(words)")
  }

  private func add(_ trial: Trial, _ pod: Pod, _ previous: JSON?) throws -> Call {
    let first = trial.subject.range.lowerBound
    if self == .interface {
      guard first == 0 else { try trial.skip("a plugin behind others makes no interface") }
      // Both ends in the pod: neither name is the plugin's own but the first.
      try RouteSocket(inside: pod.networkNamespace).perform(
        .createVethPair(NewLink(pod.interfaceName), peer: NewLink("taken0")))
    }
    if self == .previous, first == 0, trial.subject.range.count == 1 {
      try trial.skip("the first plugin gets no previous result")
    }
    var (previous, last): (JSON?, Call?) = (previous, nil)
    for index in trial.subject.range {
      var request = try trial.equipped(.add, pod, plugin: index, previousResult: previous)
      switch self {
      case .addresses where index == first:
        guard var ipam = request.configuration["ipam"]?.object, ipam["type"] != nil else {
          try trial.skip("the plugin uses no IPAM plugin")
        }
        ipam["type"] = "berth-no-such-ipam"
        request.configuration["ipam"] = .object(ipam)
      case .previous where index == trial.subject.range.upperBound - 1:
        request.configuration["prevResult"] = [
          "cniVersion": .string(trial.subject.version), "ips": "none", "interfaces": 7,
        ]
      default: break
      }
      let call = trial.send(request)
      last = call
      guard call.succeeded else { break }
      previous = call.outcomeDocument
    }
    return try trial.require(last, "no plugin is under test")
  }
}
