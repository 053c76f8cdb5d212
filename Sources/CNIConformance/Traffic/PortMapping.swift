import JSON
import LinuxKernel

/// A port of the host that leads to one of a pod.
struct PortMapping: Sendable, Hashable {
  var hostPort: UInt16
  var containerPort: UInt16
  var carrier: TransportProtocol
  /// The one address of the host that it is for; nil: all of them.
  var hostIP: IPAddress?

  /// As `runtimeConfig.portMappings` has it.
  var json: JSON {
    var object: JSONObject = [
      "hostPort": .number("\(hostPort)"), "containerPort": .number("\(containerPort)"),
      "protocol": .string(carrier.rawValue),
    ]
    if let hostIP { object["hostIP"] = .string("\(hostIP)") }
    return .object(object)
  }

  /// The capability's value.
  static func capability(_ mappings: [PortMapping]) -> JSONObject {
    ["portMappings": .array(mappings.map(\.json))]
  }

  /// One for each protocol, from the same number.
  static func both(from hostPort: UInt16 = 18080, to containerPort: UInt16 = 8080) -> [PortMapping] {
    TransportProtocol.allCases.map { PortMapping(hostPort: hostPort, containerPort: containerPort, carrier: $0) }
  }
}

extension Trial {
  /// A new pod with host ports, and a world around it; ends the trial where the network has none.
  func wirePorts(_ mappings: [PortMapping] = PortMapping.both()) throws -> Wired {
    try needs(capability: "portMappings")
    return try wire(PortMapping.capability(mappings))
  }

  /// A server at the pod's end of a mapping.
  func server(_ mapping: PortMapping, in wired: Wired, _ family: IPAddress.Family) throws -> Server {
    try server(mapping.carrier, in: wired, family, port: mapping.containerPort)
  }

  /// Expects a pod's mapped ports to be answered, at an address of the host for each family that has one.
  func reachPorts(
    _ mappings: [PortMapping] = PortMapping.both(), of wired: Wired, from client: Place,
    at address: (IPAddress.Family) throws -> IPAddress?
  ) throws {
    for family in wired.families {
      guard let host = try address(family) else { continue }
      for mapping in mappings {
        try reach(try server(mapping, in: wired, family), from: client, at: Endpoint(host, mapping.hostPort))
      }
    }
  }
}
