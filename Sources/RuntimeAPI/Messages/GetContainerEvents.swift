extension CRI {
  /// What happened to a container; a sandbox counts as one.
  public enum ContainerEventType: String, ProtoEnum {
    /// It was made.
    case created = "CONTAINER_CREATED_EVENT"
    /// It runs.
    case started = "CONTAINER_STARTED_EVENT"
    /// It was stopped, or its process died.
    case stopped = "CONTAINER_STOPPED_EVENT"
    /// It was removed.
    case deleted = "CONTAINER_DELETED_EVENT"
  }

  /// Asks for events from now on.
  public struct GetEventsRequest: Message {
    /// Makes the message.
    public init() {}
  }

  /// Something that happened to a sandbox.
  public struct ContainerEventResponse: Message {
    /// The sandbox's id.
    public var containerId: String
    /// What happened.
    public var containerEventType: ContainerEventType
    /// When, in nanoseconds since the epoch.
    public var createdAt: Int64
    /// The sandbox's status right after it; nil once it is deleted.
    public var podSandboxStatus: PodSandboxStatus?

    /// Makes the message; what is left out has its proto3 default.
    public init(
      containerId: String = "", containerEventType: ContainerEventType = .created, createdAt: Int64 = 0,
      podSandboxStatus: PodSandboxStatus? = nil
    ) {
      self.containerId = containerId
      self.containerEventType = containerEventType
      self.createdAt = createdAt
      self.podSandboxStatus = podSandboxStatus
    }
  }
}

extension RuntimeService {
  /// Tells what happens to sandboxes, from now on until either side ends it.
  public static let getContainerEvents = ServerStreamRPC<CRI.GetEventsRequest, CRI.ContainerEventResponse>(
    service: name, method: "GetContainerEvents")
}
