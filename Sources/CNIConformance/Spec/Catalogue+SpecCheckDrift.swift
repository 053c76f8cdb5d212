import CNI
import JSON
import LinuxKernel
import Netlink

extension Catalogue {
  /// CHECK after something of the attachment has gone.
  static let specCheckDrift: [Case] = [
    drift("address-removed", .should, "an address of the result was removed") { trial, pod, result in
      let told = try trial.fields(of: result).addresses(of: pod.interfaceName, preference: .cni)
      guard let prefix = told.last?.address else { try trial.skip("the result has no addresses") }
      let link = try trial.requireLink(pod)
      try trial.kernel(pod).perform(.deleteAddress(prefix, fromLink: link.index))
    },
    drift("link-removed", .should, "the interface was removed") { trial, pod, _ in
      try trial.kernel(pod).perform(.deleteLink(try trial.requireLink(pod).index))
    },
    drift("link-down", .quality, "the interface was set down") { trial, pod, _ in
      try trial.kernel(pod).perform(.setDown(try trial.requireLink(pod).index))
    },
    drift("link-exchanged", .quality, "another link has taken the interface's name") { trial, pod, _ in
      try trial.kernel(pod).perform(.deleteLink(try trial.requireLink(pod).index))
      try trial.addForeignLink(pod.interfaceName, in: pod)
    },
    drift("route-removed", .should, "a route of the result was removed") { trial, pod, result in
      let told = try trial.fields(of: result).routes.map(\.destination.network)
      let kernel = try trial.kernel(pod)
      guard let route = try kernel.routes(table: nil).first(where: { told.contains($0.destination.network) }) else {
        try trial.skip("the result has no routes")
      }
      for same in try kernel.routes(table: nil) where same.destination.network == route.destination.network {
        try kernel.perform(.deleteRoute(same))
      }
    },
    drift("state-removed", .should, "the IPAM's reservation, a file below /var/lib/cni, was removed") { trial, pod, _ in
      let files = try trial.files(naming: pod.containerID, below: ["/var/lib/cni"])
      guard !files.isEmpty else { try trial.skip("no file below /var/lib/cni names the container") }
      for file in files { try Directories.remove(file) }
    },
    Case(
      .spec, "check-loopback-down", .should, "CHECK of loopback is refused when lo was set down.",
      basis: "\(SpecBasis.check): an interface in an invalid state", on: .networks
    ) { trial in
      let (pod, result) = try passing(trial)
      guard pod.interfaceName == "lo" else { try trial.skip("the network's interface is not lo") }
      try trial.kernel(pod).perform(.setDown(try trial.requireLink(pod).index))
      trial.expectRefusal(try trial.check(pod, previousResult: result), of: "CHECK when lo is down")
    },
  ]

  private static func drift(
    _ name: String, _ weight: Weight, _ what: String,
    _ change: @escaping @Sendable (Trial, Pod, JSON) throws -> Void
  ) -> Case {
    Case(
      .spec, "check-\(name)", weight, "CHECK is refused when \(what).",
      basis: "\(SpecBasis.check): a resource that is missing or in an invalid state", on: .networks
    ) { trial in
      let (pod, result) = try madeInterface(trial)
      try change(trial, pod, result)
      trial.expectRefusal(try trial.check(pod, previousResult: result), of: "CHECK when \(what)")
    }
  }
}
