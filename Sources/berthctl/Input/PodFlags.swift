import ArgumentParser
import RuntimeAPI

/// A pod's configuration by flags, in a file's place.
struct PodFlags: ParsableArguments {
  @Option(help: "The pod's name, in the place of a file.")
  var name: String?

  @Option(help: "The pod's namespace.")
  var namespace: String?

  @Option(
    name: [.customShort("p"), .long], parsing: .singleValue,
    help: "Let a port of the host lead to one of the pod: [ADDRESS:]HOST:POD[/tcp|udp|sctp].")
  var publish: [PortFlag] = []

  @Option(
    parsing: .singleValue, help: "A label, key=value; several are given with commas between them, or one at a time.")
  var label: [PodFilter.Labels] = []

  @Option(help: "The most memory, in bytes or with k, m or g behind (powers of 1024).")
  var memory: MemorySize?

  /// Whether anything is said that goes with a name only.
  var isGiven: Bool { name != nil || namespace != nil || !publish.isEmpty || !label.isEmpty || memory != nil }

  /// The configuration that they say; nil without a name.
  var configuration: CRI.PodSandboxConfig? {
    guard let name else { return nil }
    let labels = Dictionary(label.flatMap(\.pairs).map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
    var configuration = CRI.PodSandboxConfig(
      metadata: .init(name: name, namespace: namespace ?? "default"), portMappings: publish.map(\.mapping),
      labels: labels,
      linux: .init())
    if let memory { configuration.linux?.resources = .init(memoryLimitInBytes: memory.bytes) }
    return configuration
  }
}

/// A port mapping as docker writes it: `8080:80`, `127.0.0.1:8080:80/udp`, `[::1]:8080:80`.
struct PortFlag: ExpressibleByArgument {
  let mapping: CRI.PortMapping

  init?(argument: String) {
    let parts = argument.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let carrier = CRI.ProtocolName(rawValue: parts.count == 2 ? parts[1].uppercased() : "TCP") else { return nil }
    var fields = parts[0].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard fields.count >= 2, let pod = Int32(fields.removeLast()), let host = Int32(fields.removeLast()),
      (1...65_535).contains(pod), (1...65_535).contains(host)
    else { return nil }
    var address = fields.joined(separator: ":")
    if address.hasPrefix("["), address.hasSuffix("]") { address = String(address.dropFirst().dropLast()) }
    mapping = CRI.PortMapping(protocol: carrier, containerPort: pod, hostPort: host, hostIp: address)
  }
}

/// A number of bytes: `1048576`, `512k`, `64m`, `1g`.
struct MemorySize: ExpressibleByArgument {
  let bytes: Int64

  init?(argument: String) {
    let units: [Character: Int64] = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
    let unit = argument.lowercased().last.flatMap { units[$0] }
    guard let number = Int64(unit == nil ? Substring(argument) : argument.dropLast()), number > 0 else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
    guard !overflow else { return nil }
    self.bytes = bytes
  }
}
