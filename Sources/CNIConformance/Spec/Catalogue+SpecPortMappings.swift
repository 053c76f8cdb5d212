import CNI
import JSON

extension Catalogue {
  /// The verbs of a plugin that has host ports to forward, where it declares that it does.
  static let specPortMappings: [Case] = [
    withMappings("check", .must, "CHECK passes right after ADD", SpecBasis.check) { trial, pod, result in
      try trial.requireCheck()
      return try trial.checkAlone(pod, result)
    },
    withMappings("del", .must, "DEL succeeds", SpecBasis.del) { trial, pod, result in
      try trial.delAlone(pod, result)
    },
    withMappings("del-twice", .must, "a second DEL succeeds", SpecBasis.del) { trial, pod, result in
      _ = try trial.delAlone(pod, result)
      return try trial.delAlone(pod, result)
    },
    withMappings("del-without-anything", .must, "DEL succeeds without namespace and prevResult", SpecBasis.del) {
      trial, pod, _ in
      try trial.discard(pod)
      return try trial.delAlone(pod, nil) { $0["CNI_NETNS"] = "" }
    },
    withMappings("del-of-unknown-container", .must, "DEL of a container that was never added succeeds", SpecBasis.del) {
      trial, _, _ in
      try trial.delAlone(try trial.standardPod(), nil)
    },
    withMappings("add-after-del", .must, "the ports can be had again after DEL", SpecBasis.add) { trial, pod, result in
      _ = try trial.delAlone(pod, result)
      let other = try trial.standardPod()
      return try trial.addAlone(other) { _ in }
    },
  ]

  private static func withMappings(
    _ name: String, _ weight: Weight, _ what: String, _ basis: String,
    _ call: @escaping @Sendable (Trial, Pod, JSON) throws -> Call
  ) -> Case {
    Case(
      .spec, "port-mappings-\(name)", weight, "With port mappings, \(what).",
      basis: "\(basis); the conventions: `portMappings`"
    ) { trial in
      let plugin = trial.subject.list.plugins[trial.subject.range.upperBound - 1]
      guard plugin.capabilities.contains("portMappings") else {
        try trial.skip("the plugin does not declare `portMappings`")
      }
      try trial.configure { plugin in
        plugin["runtimeConfig"] = [
          "portMappings": [
            ["hostPort": 8080, "containerPort": 80, "protocol": "tcp"],
            ["hostPort": 5353, "containerPort": 53, "protocol": "udp"],
          ]
        ]
      }
      let pod = try trial.standardPod()
      let result = try trial.attach(pod)
      trial.expectSuccess(try call(trial, pod, result), of: "\(name) with port mappings")
    }
  }
}
