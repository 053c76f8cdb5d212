import CNI
import JSON

extension Catalogue {
  /// GC: what it keeps and what it lets go.
  static let specGC: [Case] = [
    Case(
      .spec, "gc-with-none", .must, "GC without valid attachments succeeds.", basis: SpecBasis.gc
    ) { trial in
      try speak(trial)
      trial.expectSuccess(try trial.gcAlone(valid: []), of: "GC with []")
    },
    Case(
      .spec, "gc-twice", .must, "GC succeeds as often as it is called.", basis: SpecBasis.gc
    ) { trial in
      try speak(trial)
      _ = try trial.gcAlone(valid: [])
      trial.expectSuccess(try trial.gcAlone(valid: []), of: "the second GC with []")
    },
    Case(
      .spec, "gc-keeps-valid", .must, "GC leaves the pods of valid attachments as they are.", basis: SpecBasis.gc,
      on: .networks
    ) { trial in
      try speak(trial)
      let pods = [try trial.standardPod(), try trial.standardPod()]
      for pod in pods { _ = try trial.attach(pod) }
      let before = try pods.map { try PodState(trial, $0) }
      for call in try trial.gc(valid: pods) { trial.expectSuccess(call, of: "GC with the valid attachments") }
      for (pod, state) in zip(pods, before) {
        let changes = try PodState(trial, pod).changes(since: state)
        trial.expect(changes.isEmpty, "GC changed a valid pod: \(changes.joined(separator: ", "))")
      }
    },
    Case(
      .spec, "gc-keeps-valid-reservations", .must, "CHECK of a valid attachment passes after GC.", basis: SpecBasis.gc,
      on: .networks
    ) { trial in
      try speak(trial)
      let (pod, result) = try passing(trial)
      try trial.gc(valid: [pod])
      trial.expectSuccess(try trial.check(pod, previousResult: result), of: "CHECK after GC with it as valid")
    },
    Case(
      .spec, "gc-keeps-addresses", .must, "After GC nobody gets the address of a valid attachment.",
      basis: SpecBasis.gc,
      on: .interface
    ) { trial in
      try speak(trial)
      try trial.leaveOneAddress()
      let pod = try trial.standardPod()
      _ = try trial.attach(pod)
      try trial.gc(valid: [pod])
      let call = try trial.add(try trial.standardPod())
      trial.expect(!call.succeeded, "another pod got an address, and the only one is in use: \(call.outcome)")
    },
    Case(
      .spec, "gc-frees-stale", .should, "GC frees the address of an attachment that is not valid any more.",
      basis: "\(SpecBasis.gc): IPAM reservations", on: .networks
    ) { trial in
      try speak(trial)
      try trial.leaveOneAddress()
      let pod = try trial.standardPod()
      _ = try trial.attach(pod)
      try trial.discard(pod)
      for call in try trial.gc(valid: []) { trial.expectSuccess(call, of: "GC with a stale attachment") }
      trial.expectSuccess(try trial.add(try trial.standardPod()), of: "ADD with the address that GC is to have freed")
    },
    Case(
      .spec, "gc-forgets-stale", .should, "After GC no file names a container that is not valid any more.",
      basis: "\(SpecBasis.gc): as many stale resources as possible", on: .networks
    ) { trial in
      try speak(trial)
      let (stale, kept) = (try trial.standardPod(), try trial.standardPod())
      for pod in [stale, kept] { _ = try trial.attach(pod) }
      let roots = ["/var/lib", "/run"]
      guard !(try trial.files(naming: stale.containerID, below: roots).isEmpty) else {
        try trial.skip("no file below /var/lib and /run names the container")
      }
      try trial.discard(stale)
      try trial.gc(valid: [kept])
      let left = try trial.files(naming: stale.containerID, below: roots)
      trial.expect(left.isEmpty, "GC left \(left.joined(separator: ", "))")
    },
    Case(
      .spec, "gc-of-one-interface", .should, "GC tells the interfaces of one container apart.",
      basis: "\(SpecBasis.gc): `ifname`", on: .interface
    ) { trial in
      try speak(trial)
      try trial.leaveOneAddress()
      let pod = try trial.newInterfacePod()
      _ = try trial.attach(pod)
      var other = pod
      other.interfaceName = "eth7"
      try trial.gc(valid: [other])
      trial.expectSuccess(
        try trial.add(try trial.standardPod()), of: "ADD with the address of the interface that is not valid")
    },
    Case(
      .spec, "gc-without-list", .should, "GC without a list of valid attachments frees nothing.",
      basis: "\(SpecBasis.gc): the runtime must provide the list; without it nothing is known to be stale",
      on: .interface
    ) { trial in
      try speak(trial)
      let (pod, result) = try passing(trial)
      _ = try trial.gcAlone(valid: []) { request in
        request.configuration["cni.dev/valid-attachments"] = nil
        request.configuration["cni.dev/attachments"] = nil
      }
      trial.expectSuccess(try trial.check(pod, previousResult: result), of: "CHECK after GC without a list")
    },
  ]

  private static func speak(_ trial: Trial) throws { try trial.speak(atLeast: "1.1.0", for: "GC") }
}

extension Trial {
  /// GC of all plugins up to the last one under test, as a runtime does it.
  @discardableResult
  func gc(valid: [Pod]) throws -> [Call] {
    let attachments = valid.map { pod -> JSON in
      ["containerID": .string(pod.containerID), "ifname": .string(pod.interfaceName)]
    }
    return try (0..<subject.range.upperBound).map { index in
      var request = try request(.gc, nil, plugin: index)
      request.configuration["cni.dev/valid-attachments"] = .array(attachments)
      request.configuration["cni.dev/attachments"] = .array(attachments)
      return send(request)
    }
  }
}
