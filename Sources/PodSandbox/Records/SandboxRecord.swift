import CNI
import LinuxKernel

/// What is known of a sandbox, as its journal tells it: the intent, and what has become of it since.
///
/// The intent alone suffices to undo: every path derives from the id. The outcome adds what Status tells.
struct SandboxRecord: Sendable, Hashable {
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

  /// All that undo needs, written before the first effect.
  struct Intent: Sendable, Hashable, Codable {
    /// 64 hex digits; the file's name too.
    let id: String
    /// The request.
    let configuration: PodSandboxConfiguration
    /// The runtime handler it was asked for with.
    let runtimeHandler: String
    /// The networks, `eth0`'s first; none in the host's network.
    let networks: [Network]
    /// The boot that it was made in.
    let bootID: String
    /// When it was asked for, in nanoseconds since the epoch.
    let createdAt: Int64
    /// What was asked for and is not done, known before the first effect.
    let warnings: [String]
  }

  /// One network list as it was when the sandbox was asked for; DEL uses this, whatever has become of the file.
  struct Network: Sendable, Hashable, Codable {
    /// The interface in the pod.
    let interfaceName: String
    /// The configuration's raw bytes as text.
    let configuration: String
    /// The types of its plugins that are executed, the others being native; `nil`: all are, as in records of before there were
    /// native ones.
    var executed: [String]?

    /// Whether a program is executed for it, whose work may outlive the boot.
    var executesPlugins: Bool { executed?.isEmpty != true }
  }

  /// What a run's end adds to the intent.
  struct Outcome: Sendable, Hashable, Codable {
    /// The pause process.
    let pause: ProcessIdentity
    /// The address on `eth0`; empty in the host's network.
    let ip: String
    /// The other addresses of `eth0`.
    let additionalIPs: [String]
    /// Which inode the network namespace is; `nil` in the host's network.
    let networkNamespace: FileIdentity?
    /// What ADD's last plugin printed, network by network.
    let results: [String]
    /// What the run alone could find out of what was asked for and is not done.
    let warnings: [String]
  }

  let intent: Intent
  var stage = Stage.creating
  var outcome: Outcome?
  /// When it was removed by force, in nanoseconds since the epoch.
  var owedSince: Int64?

  init(_ intent: Intent) { self.intent = intent }

  var id: String { intent.id }
  var configuration: PodSandboxConfiguration { intent.configuration }
  var networks: [Network] { intent.networks }

  /// Whether one of its networks may have native plugins.
  var hasNativePlugins: Bool { networks.contains { $0.executed != nil } }

  /// Whether a program is executed for one of its networks.
  var executesPlugins: Bool { networks.contains(where: \.executesPlugins) }

  /// The name that is reserved, unique among sandboxes.
  var name: SandboxName { SandboxName(configuration.metadata) }

  /// Whether the pod has a network namespace of its own.
  var hasNetworkNamespace: Bool { configuration.linux.securityContext.namespaceOptions.network == .pod }

  /// What was asked for and is not done.
  var warnings: [String] { intent.warnings + (outcome?.warnings ?? []) }
}

extension SandboxRecord.Intent {
  /// As it is written: see ``PodSandboxConfiguration/recorded``.
  var recorded: Self { with(configuration.recorded) }

  /// As it was before it was written.
  func completed() throws -> Self { with(try configuration.completed()) }

  private func with(_ configuration: PodSandboxConfiguration) -> Self {
    Self(
      id: id, configuration: configuration, runtimeHandler: runtimeHandler, networks: networks, bootID: bootID,
      createdAt: createdAt, warnings: warnings)
  }
}

extension SandboxRecord {
  /// Takes the next event of the journal; false when it cannot follow what is known.
  mutating func apply(_ line: RecordLine) -> Bool {
    switch (line.event, stage) {
    case (.outcome, .creating):
      guard let outcome = line.outcome, outcome.results.count == networks.count || outcome.results.isEmpty else {
        return false
      }
      self.outcome = outcome
      stage = .ready
    case (.stopping, .creating), (.stopping, .ready), (.stopping, .stopping): stage = .stopping
    case (.stopped, .ready), (.stopped, .stopping), (.stopped, .stopped): stage = .stopped
    case (.owed, _):
      owedSince = line.at
      stage = .owed
    default: return false
    }
    return true
  }
}

/// The tuple that is unique among sandboxes: CRI's name, namespace, uid and attempt.
struct SandboxName: Sendable, Hashable, CustomStringConvertible {
  let metadata: PodSandboxConfiguration.Metadata

  init(_ metadata: PodSandboxConfiguration.Metadata) { self.metadata = metadata }

  /// `name_namespace_uid_attempt`, as the peers write it.
  var description: String { "\(metadata.name)_\(metadata.namespace)_\(metadata.uid)_\(metadata.attempt)" }
}
