public import JSON

/// One container on one network: what the runtime says about it on every call (libcni's `RuntimeConf`).
public struct Attachment: Sendable, Hashable, Codable {
  /// One pair of `CNI_ARGS`.
  public struct Argument: Sendable, Hashable, Codable {
    /// The key, without `=` and `;`.
    public var key: String
    /// The value, without `;`.
    public var value: String

    /// A pair.
    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// The container's id: letters, digits, `_`, `.`, `-`, the first a letter or a digit.
  public var containerID: String
  /// The path of the network namespace; empty when it is gone (DEL only).
  public var networkNamespace: String
  /// The interface's name in the container: at most 15 bytes.
  public var interfaceName: String
  /// `CNI_ARGS`, in order.
  public var arguments: [Argument]
  /// Values by capability, passed to the plugins that declare it.
  public var capabilityArguments: [String: JSON]

  /// An attachment. Nothing is validated here; every operation does that.
  public init(
    containerID: String, networkNamespace: String, interfaceName: String, arguments: [Argument] = [],
    capabilityArguments: [String: JSON] = [:]
  ) {
    self.containerID = containerID
    self.networkNamespace = networkNamespace
    self.interfaceName = interfaceName
    self.arguments = arguments
    self.capabilityArguments = capabilityArguments
  }

  /// An attachment whose arguments are given as pairs.
  public init(
    containerID: String, networkNamespace: String, interfaceName: String, arguments: [(String, String)],
    capabilityArguments: [String: JSON] = [:]
  ) {
    self.init(
      containerID: containerID, networkNamespace: networkNamespace, interfaceName: interfaceName,
      arguments: arguments.map { Argument($0.0, $0.1) }, capabilityArguments: capabilityArguments)
  }
}
