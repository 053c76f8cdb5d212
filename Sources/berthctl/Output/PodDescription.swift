import RuntimeAPI

/// A sandbox in lines of text, as `pods -v` and `inspectp -o table` write it.
struct PodDescription {
  private var lines: [String] = []

  init(_ sandbox: CRI.PodSandbox) {
    add("ID", sandbox.id)
    add(sandbox.metadata)
    add("Status", sandbox.state.word)
    add("Created", Timestamp(nanoseconds: sandbox.createdAt).rfc3339)
    add("Labels", sandbox.labels)
    add("Annotations", sandbox.annotations)
    add("Runtime", sandbox.runtimeHandler.isEmpty ? "(default)" : sandbox.runtimeHandler)
  }

  init(_ response: CRI.PodSandboxStatusResponse, showsInfo: Bool) {
    let status = response.status ?? CRI.PodSandboxStatus()
    add("ID", status.id)
    add(status.metadata)
    add("Status", status.state.rawValue)
    add("Created", Timestamp(nanoseconds: status.createdAt).rfc3339)
    if let network = status.network {
      add("IP Addresses", network.ip)
      for address in network.additionalIps { add("Additional IP", address.ip) }
    }
    add("Labels", status.labels)
    add("Annotations", status.annotations)
    if showsInfo {
      for (key, value) in response.info.sorted(by: { $0.key < $1.key }) { add("Info \(key)", value) }
    }
  }

  var text: String { lines.map { $0 + "\n" }.joined() }

  private mutating func add(_ metadata: CRI.PodSandboxMetadata?) {
    guard let metadata else { return }
    if !metadata.name.isEmpty { add("Name", metadata.name) }
    if !metadata.uid.isEmpty { add("UID", metadata.uid) }
    if !metadata.namespace.isEmpty { add("Namespace", metadata.namespace) }
    add("Attempt", "\(metadata.attempt)")
  }

  private mutating func add(_ name: String, _ value: String) { lines.append("\(name.sanitised): \(value.sanitised)") }

  private mutating func add(_ name: String, _ map: [String: String]) {
    guard !map.isEmpty else { return }
    lines.append("\(name):")
    lines += map.sorted { $0.key < $1.key }.map { "\t\($0.key.sanitised) -> \($0.value.sanitised)" }
  }
}

extension CRI.PodSandboxState {
  /// The state in tables.
  var word: String { self == .ready ? "Ready" : "NotReady" }
}
