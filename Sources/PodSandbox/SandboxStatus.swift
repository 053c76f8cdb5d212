/// CRI's `PodSandboxState`.
public enum SandboxState: String, Sendable, Hashable, Codable {
  /// The pause process runs and the networks are attached.
  case ready
  /// Anything else.
  case notReady
}

/// A sandbox as List tells it: CRI's `PodSandbox`.
public struct SandboxSummary: Sendable, Hashable {
  /// The id, 64 hex digits.
  public let id: String
  /// The pod it is.
  public let metadata: PodSandboxConfiguration.Metadata
  /// Ready or not.
  public let state: SandboxState
  /// When it was asked for, in nanoseconds since the epoch.
  public let createdAt: Int64
  /// The request's labels.
  public let labels: [String: String]
  /// The request's annotations.
  public let annotations: [String: String]
  /// The runtime handler it was asked for with.
  public let runtimeHandler: String
}

/// A sandbox as Status tells it: CRI's `PodSandboxStatus`.
public struct SandboxStatus: Sendable, Hashable {
  /// What List tells too.
  public let summary: SandboxSummary
  /// The pod's address on `eth0`; empty without a network of its own or when not ready.
  public let ip: String
  /// Further addresses of `eth0`, in the order the networks gave them.
  public let additionalIPs: [String]
  /// The namespaces it was asked for with.
  public let namespaceOptions: LinuxConfiguration.NamespaceOptions
}

/// Which sandboxes List tells: CRI's `PodSandboxFilter`. Everything given must match.
public struct SandboxFilter: Sendable, Hashable {
  /// An id or a prefix of one; empty: any.
  public var id = ""
  /// A state; `nil`: any.
  public var state: SandboxState?
  /// Labels that must be there with these values.
  public var labelSelector: [String: String] = [:]
  /// A filter that lets all pass.
  public init() {}
}

/// What CRI's `Status` tells of the runtime.
public struct RuntimeStatus: Sendable, Hashable {
  /// CRI's `RuntimeCondition`.
  public struct Condition: Sendable, Hashable {
    /// `RuntimeReady` or `NetworkReady`.
    public let type: String
    /// Whether it holds.
    public let status: Bool
    /// A word for programs, when it does not hold.
    public let reason: String
    /// A sentence for people, when it does not hold.
    public let message: String
  }
  /// The conditions, `RuntimeReady` first.
  public let conditions: [Condition]
  /// The names of the runtime handlers, the default's (empty) included.
  public let runtimeHandlers: [String]
  /// What was found in each CNI configuration directory, the default handler's first.
  public let networks: [Networks]

  /// The networks of one configuration directory.
  public struct Networks: Sendable, Hashable {
    /// The directory.
    public let directory: String
    /// The names of the network lists in force.
    public let names: [String]
    /// Which file could not be loaded, and why; `nil` when all is well.
    public let loadError: String?
  }
}

/// Something that happened to a sandbox: CRI's `ContainerEventType` for sandboxes.
public struct SandboxEvent: Sendable {
  /// CRI's event types.
  public enum Kind: String, Sendable { case created, started, stopped, deleted }
  /// The sandbox.
  public let sandboxID: String
  /// What happened.
  public let kind: Kind
  /// When, in nanoseconds since the epoch.
  public let createdAt: Int64
  /// The sandbox's status right after it; `nil` once it is deleted.
  public let status: SandboxStatus?
  /// Which of the events of this daemon's life it is, from 1 on; 0 before it is sent.
  public package(set) var number: UInt64 = 0

  package init(sandboxID: String, kind: Kind, createdAt: Int64, status: SandboxStatus?) {
    self.sandboxID = sandboxID
    self.kind = kind
    self.createdAt = createdAt
    self.status = status
  }
}
