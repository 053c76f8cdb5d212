import CNI
import Glibc
import JSON
import LinuxKernel
import Netlink
import SystemPackage

extension Catalogue {
  /// DEL while something that ADD had is missing.
  static let specDelMissing: [Case] = [
    afterAdd("with-empty-netns", .must, "CNI_NETNS is empty", "optional environment parameters") { trial, pod, result in
      try trial.delAlone(pod, result) { $0["CNI_NETNS"] = "" }
    },
    afterAdd("without-netns", .must, "CNI_NETNS is not set", "optional environment parameters") { trial, pod, result in
      try trial.delAlone(pod, result) { $0["CNI_NETNS"] = nil }
    },
    afterAdd("with-missing-namespace", .must, "the namespace is gone, and its path", "state that is missing") {
      trial, pod, result in
      try trial.discard(pod)
      return try trial.delAlone(pod, result)
    },
    afterAdd(
      "with-left-over-file", .should, "the namespace is gone, and its path is a plain file", "state that is missing"
    ) {
      trial, pod, result in
      try trial.discard(pod)
      try trial.script(pod.networkNamespace, "")
      return try trial.delAlone(pod, result)
    },
    afterAdd("without-prevresult", .must, "there is no prevResult", "without error if prevResult is empty") {
      trial, pod, _ in
      try trial.delAlone(pod, nil)
    },
    afterAdd("with-empty-prevresult", .must, "prevResult holds nothing", "without error if prevResult is empty") {
      trial, pod, _ in
      try trial.delAlone(pod, ["cniVersion": .string(trial.subject.version)])
    },
    afterAdd("without-anything", .must, "namespace and prevResult are gone, as after a reboot", "state that is missing")
    {
      trial, pod, _ in
      try trial.discard(pod)
      return try trial.delAlone(pod, nil) { $0["CNI_NETNS"] = "" }
    },
    afterAdd("without-state", .should, "the files below /var/lib/cni are gone", "state that is missing") {
      trial, pod, result in
      guard HostFile.isDirectory("/var/lib/cni") else { try trial.skip("there is no /var/lib/cni") }
      for name in try Directories.names(in: "/var/lib/cni") { try Directories.remove("/var/lib/cni/\(name)") }
      return try trial.delAlone(pod, result)
    },
    afterAdd("without-interface", .must, "somebody has removed the interface", "the interface in question is missing") {
      trial, pod, result in
      guard let link = try trial.link(pod), pod.interfaceName != "lo" else { try trial.skip("there is no interface") }
      try trial.kernel(pod).perform(.deleteLink(link.index))
      return try trial.delAlone(pod, result)
    },
    afterAdd(
      "with-foreign-prevresult", .should, "prevResult tells of an interface that nobody has", "state that is missing"
    ) {
      trial, pod, _ in
      let version = trial.subject.version
      guard try SpecificationVersion(version) >= SpecificationVersion("0.3.0") else {
        try trial.skip("a result of CNI \(version) has no interfaces")
      }
      let foreign: JSON = [
        "cniVersion": .string(version),
        "interfaces": [["name": "other0", "sandbox": "/var/run/netns/other"]], "ips": [],
      ]
      return try trial.delAlone(pod, foreign)
    },
    afterAdd("without-master", .should, "the link of the host that `master` names is gone", "state that is missing") {
      trial, pod, result in
      let plugin = trial.subject.list.plugins[trial.subject.range.upperBound - 1].object
      guard let name = plugin["master"]?.string else { try trial.skip("the configuration names no `master`") }
      let host = try RouteSocket()
      try host.perform(.deleteLink(try host.link(named: name).index))
      return try trial.delAlone(pod, result)
    },
    Case(
      .spec, "del-makes-no-namespace", .should, "DEL makes no file where the namespace was.",
      basis: "\(SpecBasis.lifecycle): the container runtime is responsible for the namespace"
    ) { trial in
      let pod = try trial.standardPod()
      let result = try trial.attach(pod)
      try trial.discard(pod)
      _ = try trial.delAlone(pod, result)
      trial.expect(access(pod.networkNamespace, F_OK) != 0, "there is a file at \(pod.networkNamespace)")
    },
  ]

  private static func afterAdd(
    _ name: String, _ weight: Weight, _ what: String, _ words: String,
    _ call: @escaping @Sendable (Trial, Pod, JSON) throws -> Call
  ) -> Case {
    Case(
      .spec, "del-\(name)", weight, "DEL succeeds when \(what).", basis: "\(SpecBasis.del): \(words)"
    ) { trial in
      let pod = try trial.standardPod()
      let result = try trial.attach(pod)
      trial.expectSuccess(try call(trial, pod, result), of: "DEL when \(what)")
    }
  }
}
