import CNI
import LinuxKernel

/// What is durable of a sandbox: first the intent, then the outcome.
///
/// The intent alone suffices to undo; the outcome adds what Status tells and what DEL is owed.
struct SandboxRecord: Sendable, Hashable, Codable {
  /// How far the sandbox has come, and so what recovery does with it.
  enum Stage: String, Sendable, Codable {
    /// A run has begun: recovery undoes it.
    case creating
    /// Committed. With its pause alive it is ready, else it holds what Stop releases.
    case ready
    /// A stop has begun: recovery finishes it.
    case stopping
    /// Everything but the record and the files is released.
    case stopped
    /// Removed by force: its name is free, but its networks' DEL is owed.
    case owed
  }

  /// One network list as it was when the sandbox was asked for; DEL uses this, whatever has become of the file.
  struct Network: Sendable, Hashable, Codable {
    /// What every call says of the pod: the same at ADD and at DEL.
    let attachment: Attachment
    /// The configuration's raw bytes as text.
    let configuration: String
    /// What the last plugin of ADD printed; `nil` until then.
    var result: String?

    /// The interface in the pod.
    var interfaceName: String { attachment.interfaceName }
  }

  /// What a run's end adds to the intent.
  struct Commitment: Sendable, Hashable, Codable {
    /// What ADD's last plugin printed, network by network.
    let results: [String?]
    let outcome: Outcome
    let trace: Trace?
  }

  /// What is known of a sandbox that was ready.
  struct Outcome: Sendable, Hashable, Codable {
    /// The pause process.
    let pause: ProcessIdentity
    /// The address on `eth0`; empty in the host's network.
    let ip: String
    /// The other addresses of `eth0`.
    let additionalIPs: [String]
    /// Which inode the network namespace is; `nil` in the host's network.
    let networkNamespace: FileIdentity?
  }

  /// The version of this format.
  static let currentVersion = 1

  var version = Self.currentVersion
  let id: String
  let configuration: PodSandboxConfiguration
  let runtimeHandler: String
  var networks: [Network]
  /// The boot that it was made in.
  let bootID: String
  /// When it was asked for, in nanoseconds since the epoch.
  let createdAt: Int64
  var stage: Stage
  var outcome: Outcome?
  /// The trace of the run, kept with the record so that it outlives the daemon.
  var trace: Trace?

  /// Makes a ready sandbox of the intent; false when the results are those of other networks.
  mutating func commit(_ commitment: Commitment) -> Bool {
    guard commitment.results.count == networks.count else { return false }
    for (index, result) in commitment.results.enumerated() { networks[index].result = result }
    outcome = commitment.outcome
    trace = commitment.trace
    stage = .ready
    return true
  }

  /// The name that is reserved, unique among living sandboxes.
  var name: SandboxName { SandboxName(configuration.metadata) }

  /// Whether the pod has a network namespace of its own.
  var hasNetworkNamespace: Bool { configuration.linux.securityContext.namespaceOptions.network == .pod }
}

/// The tuple that is unique among sandboxes: CRI's name, namespace, uid and attempt.
struct SandboxName: Sendable, Hashable, CustomStringConvertible {
  let metadata: PodSandboxConfiguration.Metadata

  init(_ metadata: PodSandboxConfiguration.Metadata) { self.metadata = metadata }

  /// `name_namespace_uid_attempt`, as the peers write it.
  var description: String { "\(metadata.name)_\(metadata.namespace)_\(metadata.uid)_\(metadata.attempt)" }
}
