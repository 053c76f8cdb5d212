extension CRI {
  /// A state to filter by.
  public struct PodSandboxStateValue: Message {
    /// The state.
    public var state: PodSandboxState

    /// Makes the message; what is left out has its proto3 default.
    public init(state: PodSandboxState = .ready) {
      self.state = state
    }
  }

  /// Which sandboxes to list; all that is set must match.
  public struct PodSandboxFilter: Message {
    /// An id or a prefix of one.
    public var id: String
    /// The state.
    public var state: PodSandboxStateValue?
    /// Labels that must all be there with these values.
    public var labelSelector: [String: String]

    /// Makes the message; what is left out has its proto3 default.
    public init(id: String = "", state: PodSandboxStateValue? = nil, labelSelector: [String: String] = [:]) {
      self.id = id
      self.state = state
      self.labelSelector = labelSelector
    }
  }

  /// A sandbox in a list.
  public struct PodSandbox: Message {
    /// The sandbox's id.
    public var id: String
    /// What names the sandbox.
    public var metadata: PodSandboxMetadata?
    /// Whether it is usable.
    public var state: PodSandboxState
    /// When it was made, in nanoseconds since the epoch.
    public var createdAt: Int64
    /// Its labels.
    public var labels: [String: String]
    /// Its annotations.
    public var annotations: [String: String]
    /// Its runtime handler.
    public var runtimeHandler: String

    /// Makes the message; what is left out has its proto3 default.
    public init(
      id: String = "", metadata: PodSandboxMetadata? = nil, state: PodSandboxState = .ready, createdAt: Int64 = 0,
      labels: [String: String] = [:], annotations: [String: String] = [:], runtimeHandler: String = ""
    ) {
      self.id = id
      self.metadata = metadata
      self.state = state
      self.createdAt = createdAt
      self.labels = labels
      self.annotations = annotations
      self.runtimeHandler = runtimeHandler
    }
  }

  /// Asks which sandboxes there are.
  public struct ListPodSandboxRequest: Message {
    /// Which to list; nil is all.
    public var filter: PodSandboxFilter?

    /// Makes the message; what is left out has its proto3 default.
    public init(filter: PodSandboxFilter? = nil) {
      self.filter = filter
    }
  }

  /// The sandboxes there are.
  public struct ListPodSandboxResponse: Message {
    /// The sandboxes.
    public var items: [PodSandbox]

    /// Makes the message; what is left out has its proto3 default.
    public init(items: [PodSandbox] = []) {
      self.items = items
    }
  }
}

extension RuntimeService {
  /// Lists sandboxes.
  public static let listPodSandbox = RPC<CRI.ListPodSandboxRequest, CRI.ListPodSandboxResponse>(
    service: name, method: "ListPodSandbox")
}
