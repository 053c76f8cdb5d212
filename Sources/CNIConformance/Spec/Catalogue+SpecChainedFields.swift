import CNI
import JSON
import LinuxKernel

extension Catalogue {
  /// What a chained plugin hands on of the result before it.
  static let specChainedFields: [Case] = [
    kept("interfaces", .must, "every interface") { previous, result in
      missing("interface", identities(previous["interfaces"]), identities(result["interfaces"]))
    },
    kept("interface-order", .must, "the order of the interfaces, which addresses point into") { previous, result in
      let (before, after) = (identities(previous["interfaces"]), identities(result["interfaces"]))
      return Array(after.prefix(before.count)) == before ? [] : ["the interfaces were \(before), and are \(after)"]
    },
    kept("ips", .must, "every address") { previous, result in
      missing("address", previous["ips"]?.array ?? [], result["ips"]?.array ?? [], by: addressIdentity)
    },
    kept(
      "routes", .must, "every route",
      adding: { result in
        result["routes"] = .array(
          (result["routes"]?.array ?? []) + [["dst": "192.0.2.0/24"], ["dst": "203.0.113.0/24", "gw": "10.0.0.1"]])
      }
    ) { previous, result in
      missing("route", previous["routes"]?.array ?? [], result["routes"]?.array ?? [], by: routeIdentity)
    },
    kept(
      "dns", .must, "the name servers",
      adding: { result in
        result["dns"] = [
          "nameservers": ["192.0.2.53", "192.0.2.54"], "domain": "conformance.example", "search": ["a.example"],
          "options": ["ndots:2"],
        ]
      }
    ) { previous, result in
      previous["dns"] == result["dns"] ? [] : ["`dns` was \(text(previous["dns"])), and is \(text(result["dns"]))"]
    },
    kept(
      "new-fields", .should, "the fields that 1.1.0 brought, where that is spoken",
      adding: { result in
        guard result["cniVersion"]?.string == "1.1.0" else { return }
        result["routes"] = .array(
          (result["routes"]?.array ?? []) + [
            ["dst": "203.0.113.0/24", "mtu": 1400, "advmss": 1360, "priority": 7, "table": 100, "scope": 253]
          ])
      }
    ) { previous, result in
      missing("route", previous["routes"]?.array ?? [], result["routes"]?.array ?? [])
    },
    kept(
      "unknown-fields", .quality, "fields of the result that it does not know",
      adding: { result in
        result["example.com/field"] = ["a": 1, "b": [true, "x"]]
      }
    ) { previous, result in
      let key = "example.com/field"
      return previous[key] == result[key] ? [] : ["`\(key)` was \(text(previous[key])), and is \(text(result[key]))"]
    },
    kept(
      "unknown-interface-fields", .quality, "fields of an interface that it does not know",
      adding: { result in
        result["interfaces"] = .array(
          (result["interfaces"]?.array ?? []).map { entry in
            var entry = entry.object ?? [:]
            entry["example.com/field"] = "value"
            return .object(entry)
          })
      }
    ) { _, result in
      let fields = (result["interfaces"]?.array ?? []).compactMap { $0["example.com/field"]?.string }
      return fields.isEmpty ? ["no interface has its `example.com/field` any more"] : []
    },
  ]

  /// A case that what a comparison looks for is as it was.
  private static func kept(
    _ name: String, _ weight: Weight, _ what: String,
    adding: @escaping @Sendable (inout JSONObject) -> Void = { _ in },
    _ compare: @escaping @Sendable (_ previous: JSON, _ result: JSON) -> [String]
  ) -> Case {
    Case(
      .spec, "chained-keeps-\(name)", weight, "A chained plugin's result keeps \(what) of prevResult.",
      basis: "\(SpecBasis.result): what a plugin does with its prevResult", on: .chained
    ) { trial in
      guard try SpecificationVersion(trial.subject.version) >= SpecificationVersion("0.3.0") else {
        try trial.skip("a plugin of CNI \(trial.subject.version) is not chained")
      }
      var previous: JSON = [:]
      let call = try trial.addAlone(try trial.standardPod()) { request in
        request.changePreviousResult(adding)
        previous = request.configuration["prevResult"] ?? [:]
      }
      try trial.require(call.succeeded, "ADD failed: \(call.outcome)")
      let result = try trial.require(call.document, "ADD printed no single JSON document: \(call.outcome)")
      for words in compare(previous, result) { trial.violate(words) }
    }
  }

  /// An interface is told by its name and sandbox; what a plugin tunes may change.
  private static func identities(_ interfaces: JSON?) -> [String] {
    (interfaces?.array ?? []).map { entry in
      "\(entry["name"]?.string ?? "") in \(entry["sandbox"]?.string ?? "")"
    }
  }

  @Sendable private static func addressIdentity(_ ip: JSON) -> String {
    let address = ip["address"]?.string ?? ""
    let gateway = ip["gateway"]?.string ?? "none"
    return "\(IPPrefix(address)?.description ?? address) of \(ip["interface"]?.integer ?? -1), gateway \(gateway)"
  }

  @Sendable private static func routeIdentity(_ route: JSON) -> String {
    "\(route["dst"]?.string ?? "") by way of \(route["gw"]?.string ?? "the gateway")"
  }

  private static func missing(
    _ what: String, _ before: [JSON], _ after: [JSON], by identity: (JSON) -> String
  ) -> [String] {
    missing(what, before.map(identity), after.map(identity))
  }

  private static func missing<Element: Equatable>(_ what: String, _ before: [Element], _ after: [Element]) -> [String] {
    before.filter { !after.contains($0) }.map { "the \(what) \($0) is not in the result any more" }
  }

  private static func text(_ json: JSON?) -> String { json.map(\.description) ?? "missing" }
}
