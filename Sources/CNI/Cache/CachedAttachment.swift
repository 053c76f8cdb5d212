/// An attachment as the cache remembers it.
public struct CachedAttachment: Sendable, Hashable {
  /// The network's name.
  public let network: String
  /// What ADD was given; the network namespace is empty in entries of older writers.
  public let attachment: Attachment
  /// The raw bytes of the configuration that ADD was given.
  public let configuration: [UInt8]

  /// The attachment's name for GC.
  public var identity: AttachmentIdentity {
    AttachmentIdentity(containerID: attachment.containerID, interfaceName: attachment.interfaceName)
  }

  /// Whether this is the loopback that some runtimes attach by a plugin; whoever derives a container's networks from the cache skips it.
  public var isLoopback: Bool { attachment.interfaceName == "lo" || network == "cni-loopback" }

  /// The recorded configuration, which DEL must use; nil when it is not readable or another network's.
  public var configurationList: NetworkConfigurationList? {
    do {
      let list = try NetworkConfigurationList(cached: configuration)
      return list.name == network ? list : nil
    } catch {
      return nil
    }
  }
}
