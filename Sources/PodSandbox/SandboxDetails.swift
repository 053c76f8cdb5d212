import LinuxKernel

/// What a verbose status tells beyond CRI's fields.
public struct SandboxDetails: Sendable, Hashable {
  /// One network's result.
  public struct NetworkResult: Sendable, Hashable {
    /// The interface in the pod.
    public let interfaceName: String
    /// The conflist that was used, and that DEL will use, as text.
    public let configuration: String
    /// What the chain's last plugin printed, as text; `nil` when it did not come to that.
    public let result: String?
  }

  /// The pid of pause on the host; `nil` when it does not run.
  public let pid: Int32?
  /// Where the network namespace is pinned; empty in the host's network.
  public let networkNamespacePath: String
  /// The pod's cgroup below each hierarchy's mount.
  public let cgroupPath: String
  /// Where hostname, hosts, resolv.conf and shm are.
  public let directory: String
  /// The request.
  public let configuration: PodSandboxConfiguration
  /// The stage in words.
  public let stage: String
  /// The boot that it was made in.
  public let bootID: String
  /// The networks, `eth0`'s first.
  public let networks: [NetworkResult]
  /// The run, and a stop or remove that failed.
  public let traces: [Trace]
  /// What the last stop or remove, or a failed run, could not undo.
  public let leftovers: [StepReport]

  /// What was asked for and is not done, a sentence each.
  public let warnings: [String]
  /// What is recorded and no longer so on the host, a sentence each.
  public let drift: [String]

  init(_ sandbox: Sandbox, _ paths: SandboxPaths, traces: [Trace], drift: [String]) {
    self.drift = drift
    let record = sandbox.record
    pid = sandbox.pause?.identity.pid
    networkNamespacePath = record.hasNetworkNamespace ? paths.networkNamespace : ""
    cgroupPath = paths.cgroup.path
    directory = paths.directory
    configuration = record.configuration
    stage = sandbox.stageDescription
    bootID = record.intent.bootID
    networks = record.networks.enumerated().map { index, network in
      let results = record.outcome?.results ?? []
      return NetworkResult(
        interfaceName: network.interfaceName, configuration: network.configuration,
        result: results.indices.contains(index) && !results[index].isEmpty ? results[index] : nil)
    }
    warnings = record.warnings
    self.traces = traces
    leftovers = sandbox.leftovers
  }
}
