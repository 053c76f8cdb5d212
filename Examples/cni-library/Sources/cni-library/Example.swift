import CNI

/// Attaches a network namespace to a network, shows its addresses, and detaches it again.
@main
struct Example {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      print("usage: \(arguments[0]) CONFLIST NETNS")
      return
    }
    let directory = NetworkConfigurationDirectory("/etc/cni/net.d")
    let network = try directory.load(arguments[1])
    // The record of what is attached lies in the cache directory; /var/lib/cni, the default, is shared with other runtimes.
    let runtime = CNIRuntime(
      pluginDirectories: ["/opt/cni/bin", "/usr/lib/cni"], cacheDirectory: "/run/cni-library",
      invoker: ExecutablePluginInvoker(timeout: .seconds(30))
    ) { call in
      print("\(call.verb.rawValue) \(call.plugin): \(call.outcome.rawValue) after \(call.duration)")
    }
    let attachment = Attachment(
      containerID: "example", networkNamespace: arguments[2], interfaceName: "eth0",
      capabilityArguments: ["portMappings": [["hostPort": 18080, "containerPort": 80, "protocol": "tcp"]]])

    print("capabilities of \(network.name): \(try await runtime.validate(network))")
    do {
      let result = try await runtime.add(network, attachment)
      for address in result.ips {
        print("\(address.address) on \(result.interface(of: address)?.name ?? "an interface without a name")")
      }
    } catch {
      print("\(error)")
      // A runtime undoes what a failed ADD has done; its error tells what the plugins need for that, and what may be left.
      try await runtime.del(network, attachment, Detaching(failedAdd: error))
      return
    }
    try await runtime.del(network, attachment)
  }
}
