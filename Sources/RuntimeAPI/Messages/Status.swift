extension CRI {
  /// One condition of the runtime.
  public struct RuntimeCondition: Message {
    /// `RuntimeReady` or `NetworkReady`.
    public var type: String
    /// Whether it holds.
    public var status: Bool
    /// Why, in one CamelCase word.
    public var reason: String
    /// Why, for people.
    public var message: String

    /// Makes the message; what is left out has its proto3 default.
    public init(type: String = "", status: Bool = false, reason: String = "", message: String = "") {
      self.type = type
      self.status = status
      self.reason = reason
      self.message = message
    }
  }

  /// How the runtime is.
  public struct RuntimeStatus: Message {
    /// Its conditions.
    public var conditions: [RuntimeCondition]

    /// Makes the message; what is left out has its proto3 default.
    public init(conditions: [RuntimeCondition] = []) {
      self.conditions = conditions
    }
  }

  /// What a runtime handler can do.
  public struct RuntimeHandlerFeatures: Message {
    /// Whether it has recursive read-only mounts.
    public var recursiveReadOnlyMounts: Bool
    /// Whether it has user namespaces.
    public var userNamespaces: Bool

    /// Makes the message; what is left out has its proto3 default.
    public init(recursiveReadOnlyMounts: Bool = false, userNamespaces: Bool = false) {
      self.recursiveReadOnlyMounts = recursiveReadOnlyMounts
      self.userNamespaces = userNamespaces
    }
  }

  /// A runtime handler.
  public struct RuntimeHandler: Message {
    /// Its name; empty is the default.
    public var name: String
    /// What it can do.
    public var features: RuntimeHandlerFeatures?

    /// Makes the message; what is left out has its proto3 default.
    public init(name: String = "", features: RuntimeHandlerFeatures? = nil) {
      self.name = name
      self.features = features
    }
  }

  /// What the runtime can do.
  public struct RuntimeFeatures: Message {
    /// Whether it honours `supplementalGroupsPolicy`.
    public var supplementalGroupsPolicy: Bool
    /// Whether it has user namespaces in the host's network.
    public var userNamespacesHostNetwork: Bool

    /// Makes the message; what is left out has its proto3 default.
    public init(supplementalGroupsPolicy: Bool = false, userNamespacesHostNetwork: Bool = false) {
      self.supplementalGroupsPolicy = supplementalGroupsPolicy
      self.userNamespacesHostNetwork = userNamespacesHostNetwork
    }
  }

  /// Asks how the runtime is.
  public struct StatusRequest: Message {
    /// Whether `info` is wanted.
    public var verbose: Bool

    /// Makes the message; what is left out has its proto3 default.
    public init(verbose: Bool = false) {
      self.verbose = verbose
    }
  }

  /// How the runtime is.
  public struct StatusResponse: Message {
    /// Its conditions.
    public var status: RuntimeStatus?
    /// With `verbose`: more, as JSON documents.
    public var info: [String: String]
    /// The runtime handlers there are.
    public var runtimeHandlers: [RuntimeHandler]
    /// What the runtime can do.
    public var features: RuntimeFeatures?

    /// Makes the message; what is left out has its proto3 default.
    public init(
      status: RuntimeStatus? = nil, info: [String: String] = [:], runtimeHandlers: [RuntimeHandler] = [],
      features: RuntimeFeatures? = nil
    ) {
      self.status = status
      self.info = info
      self.runtimeHandlers = runtimeHandlers
      self.features = features
    }
  }
}

extension RuntimeService {
  /// Says whether the runtime and its network are ready.
  public static let status = RPC<CRI.StatusRequest, CRI.StatusResponse>(service: name, method: "Status")
}
