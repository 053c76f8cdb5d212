import CNI
import JSON

extension Catalogue {
  /// STATUS: ready, and not.
  static let specStatus: [Case] = [
    Case(
      .spec, "status-ready", .must, "STATUS succeeds where ADD would.", basis: SpecBasis.status
    ) { trial in
      try speak(trial)
      trial.expectSuccess(try trial.statusAlone(), of: "STATUS")
    },
    Case(
      .spec, "status-with-attachments", .must, "STATUS succeeds while containers are attached.", basis: SpecBasis.status
    ) { trial in
      try speak(trial)
      _ = try trial.attach(try trial.standardPod())
      trial.expectSuccess(try trial.statusAlone(), of: "STATUS with a container attached")
    },
    Case(
      .spec, "status-exhausted", .should, "STATUS fails when no address is left.",
      basis: "\(SpecBasis.status): a limited number of resources", on: .interface
    ) { trial in
      trial.expectRefusal(try exhausted(trial), of: "STATUS without an address left")
    },
    Case(
      .spec, "status-exhausted-code", .should, "STATUS tells that no address is left with code 50 or 51.",
      basis: "\(SpecBasis.status): 50 and 51", on: .interface
    ) { trial in
      try trial.expectCode(50, 51, of: try exhausted(trial), for: "STATUS without an address left")
    },
    Case(
      .spec, "status-ready-again", .should, "STATUS succeeds again once an address is free.", basis: SpecBasis.status,
      on: .interface
    ) { trial in
      try speak(trial)
      try trial.leaveOneAddress()
      let pod = try trial.standardPod()
      let result = try trial.attach(pod)
      _ = try trial.statusAlone()
      try trial.detach(pod, previousResult: result)
      trial.expectSuccess(try trial.statusAlone(), of: "STATUS after DEL")
    },
    Case(
      .spec, "status-without-ipam-plugin", .should, "STATUS fails when the IPAM plugin is not installed.",
      basis: "\(SpecBasis.status): it must also execute a STATUS request to a delegated plugin", on: .interface
    ) { trial in
      try speak(trial)
      guard trial.hasIPAM else { try trial.skip("the plugin asks no IPAM plugin") }
      _ = try trial.configureIPAM { $0["type"] = "there-is-none" }
      trial.expectRefusal(try trial.statusAlone(), of: "STATUS with an IPAM plugin that is not installed")
    },
    Case(
      .spec, "status-with-bad-configuration", .quality, "STATUS fails with a configuration that no ADD can use.",
      basis: "\(SpecBasis.status): it knows that it is not able to service ADD requests", on: .interface
    ) { trial in
      try speak(trial)
      guard try trial.configureIPAM({ $0["type"] = 7 }) else { try trial.skip("the plugin has no `ipam`") }
      trial.expectRefusal(try trial.statusAlone(), of: "STATUS with an `ipam.type` that is a number")
    },
  ]

  private static func speak(_ trial: Trial) throws { try trial.speak(atLeast: "1.1.0", for: "STATUS") }

  private static func exhausted(_ trial: Trial) throws -> Call {
    try speak(trial)
    try trial.leaveOneAddress()
    _ = try trial.attach(try trial.standardPod())
    return try trial.statusAlone()
  }
}
