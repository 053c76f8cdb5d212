import CNI
import JSON

extension Catalogue {
  /// Configurations with more in them than the plugin knows.
  static let specTolerance: [Case] = [
    tolerated("capabilities", .must, "`capabilities`, which libcni leaves in,", SpecBasis.request) { plugin in
      plugin["capabilities"] = ["portMappings": true, "example.com/unknown": true, "mac": false]
    },
    tolerated("no-capabilities", .must, "no `capabilities`", SpecBasis.request) { plugin in
      plugin["capabilities"] = nil
    },
    tolerated("empty-runtimeconfig", .must, "an empty `runtimeConfig`", SpecBasis.request) { plugin in
      plugin["runtimeConfig"] = [:]
    },
    tolerated("unknown-capability", .should, "a capability in `runtimeConfig` that it does not know", SpecBasis.request)
    {
      plugin in
      plugin["runtimeConfig"] = ["example.com/unknown": ["a": 1], "cgroupPath": "/kubelet.slice/pod1"]
    },
    tolerated("unknown-keys", .should, "keys that it does not know", SpecBasis.configuration) { plugin in
      plugin["example.com/unknown"] = "value"
      plugin["somethingNew"] = 7
    },
    tolerated("unknown-nested-keys", .should, "nested keys that it does not know", SpecBasis.configuration) { plugin in
      plugin["example.com/unknown"] = ["a": ["b": [["c": .null], 1]], "d": [[]]]
      guard var ipam = plugin["ipam"]?.object, !ipam.isEmpty else { return }
      ipam["example.com/unknown"] = ["a": [1, 2]]
      plugin["ipam"] = .object(ipam)
    },
    tolerated("reserved-keys", .should, "keys below `cni.dev/` that it does not know", SpecBasis.configuration) {
      plugin in
      plugin["cni.dev/something-new"] = ["a": true]
    },
    tolerated("args", .should, "`args` with labels", "the conventions: `args.cni.labels`") { plugin in
      plugin["args"] = ["cni": ["labels": [["key": "app", "value": "web"]]], "example.com": ["x": 1]]
    },
    tolerated("large-configuration", .should, "a megabyte of keys that it does not know", SpecBasis.configuration) {
      plugin in
      let line = JSON.string(String(repeating: "0123456789abcdef", count: 64))
      let members = (0..<1024).map { ("key\($0)", line) }
      plugin["example.com/large"] = .object(JSONObject(members))
    },
    tolerated(
      "odd-numbers", .quality, "large and fractional numbers in keys that it does not know", "RFC 8259, section 6"
    ) {
      plugin in
      plugin["example.com/numbers"] = [
        .number("12345678901234567890"), .number("1e3"), .number("1.0"), .number("-0"), .number("1e-7"),
      ]
    },
    tolerated("odd-texts", .quality, "escapes and all of Unicode in keys that it does not know", "RFC 8259, section 7")
    {
      plugin in
      plugin["example.com/texts"] = ["<a&b>", "\u{1F980} ö \u{2028}", "\"\\\u{7}\n", ""]
    },
    tolerated("spread-out", .must, "white space and line ends all over it", "RFC 8259, section 2", indented: true) {
      _ in
    },
    Case(
      .spec, "configuration-order", .should, "The order of the configuration's keys does not matter.",
      basis: "RFC 8259, section 4"
    ) { trial in
      let call = try trial.addAlone(try trial.standardPod()) { request in
        let members = request.configuration.map { ($0.key, $0.value) }
        request.configuration = JSONObject(members.reversed())
      }
      trial.expectSuccess(call, of: "ADD with the keys in reverse order")
    },
  ]

  private static func tolerated(
    _ name: String, _ weight: Weight, _ what: String, _ basis: String, indented: Bool = false,
    _ change: @escaping @Sendable (inout JSONObject) -> Void
  ) -> Case {
    Case(.spec, "tolerates-\(name)", weight, "ADD works with \(what) in the configuration.", basis: basis) { trial in
      let call = try trial.addAlone(try trial.standardPod()) { request in
        var configuration = request.configuration
        change(&configuration)
        request.standardInput = JSON.object(configuration).serialized(indent: indented ? 4 : nil)
        if indented { request.standardInput = Array("\r\n\t".utf8) + request.standardInput + Array("\n\n".utf8) }
      }
      trial.expectSuccess(call, of: "ADD with \(what)")
    }
  }
}
