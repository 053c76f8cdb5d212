import Glibc
import JSON
import Netlink

extension Catalogue {
  /// CNI_NETNS: what is no namespace of a container.
  static let specNamespaces: [Case] = [
    Case(
      .spec, "add-to-missing-namespace", .must, "ADD to a namespace that is not there is refused.",
      basis: "\(SpecBasis.parameters): CNI_NETNS", on: .interface
    ) { trial in
      try refuse(trial, "/var/run/netns/there-is-none", "a namespace that is not there")
    },
    Case(
      .spec, "add-to-plain-file", .must, "ADD to a file that is no namespace is refused.",
      basis: "\(SpecBasis.parameters): CNI_NETNS", on: .interface
    ) { trial in
      let path = try trial.ownDirectory("files") + "/no-namespace"
      try trial.script(path, "")
      try refuse(trial, path, "a file that is no namespace")
    },
    Case(
      .spec, "add-to-own-namespace", .should, "ADD to the namespace that the plugin itself runs in is refused.",
      basis: "\(SpecBasis.reference): code 8; what is the container's is apart from the runtime's", on: .interface
    ) { trial in
      try refuse(trial, "/proc/\(getpid())/ns/net", "the host's own namespace")
    },
    Case(
      .spec, "add-to-own-namespace-does-nothing", .should,
      "ADD to the namespace that the plugin itself runs in makes no interface of that name there.",
      basis: SpecBasis.reference, on: .interface
    ) { trial in
      let pod = try trial.newInterfacePod()
      var host = pod
      host.networkNamespace = "/proc/\(getpid())/ns/net"
      try trial.add(host)
      let links = try RouteSocket().links().map(\.name)
      trial.expect(!links.contains(pod.interfaceName), "the host has an interface \(pod.interfaceName) now")
    },
    Case(
      .spec, "namespace-by-another-path", .must, "ADD works with any path of the namespace, such as that of a process.",
      basis: "\(SpecBasis.parameters): CNI_NETNS is a path", on: .interface
    ) { trial in
      var pod = try trial.newInterfacePod()
      let descriptor = open(pod.networkNamespace, O_RDONLY)
      try trial.require(descriptor >= 0, "the pod's namespace cannot be opened")
      defer { close(descriptor) }
      pod.networkNamespace = "/proc/\(getpid())/fd/\(descriptor)"
      trial.expectSuccess(try trial.add(pod), of: "ADD with CNI_NETNS=\(pod.networkNamespace)")
    },
  ]

  private static func refuse(_ trial: Trial, _ namespace: String, _ what: String) throws {
    if trial.isAddressManager { try trial.skip("an IPAM plugin looks into no namespace") }
    var pod = try trial.standardPod()
    pod.networkNamespace = namespace
    trial.expectRefusal(try trial.add(pod), of: "ADD to \(what)")
  }
}
