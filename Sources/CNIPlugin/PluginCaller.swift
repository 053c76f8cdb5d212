public import CNI
public import LinuxKernel

/// Where a call comes from, and what that place offers.
public struct PluginCaller: Sendable {
  /// Calls the plugins that this one delegates to.
  public var invoker: any PluginInvoker
  /// Where they are looked for.
  public var pluginDirectories: [String]
  /// Ends waits of the call; nil where nothing does.
  public var cancellation: Cancellation?
  /// Whether the network namespace goes away right after DEL, and what is in it with it: then DEL need not wait for the kernel.
  public var dropsNamespace: Bool
  /// Whether the container is new to everybody, so that no ADD of before can have left anything of it.
  public var isNewAttachment: Bool
  /// Whether DEL brings the configuration and the capabilities' values that ADD had, so that what ADD asked for follows from them.
  public var remembersConfiguration = false
  /// Whether the caller deletes, after DEL, what links of the host still bear the attachment, so that DEL need not wait for the
  /// kernel.
  public var reapsLinks = false
  /// Of GC, which containers are the caller's; nil: all. What is not the caller's stays.
  public var owns: (@Sendable (_ containerID: String) -> Bool)?
  /// Whether a plugin may be given the namespace that it runs in, which is refused otherwise (`CNI_NETNS_OVERRIDE`).
  public var allowsOwnNamespace = false
  /// Hears each remark of a call at once.
  var hearsRemarks: (@Sendable (String) -> Void)?
  var remarks = Remarks()

  /// A caller.
  public init(
    invoker: any PluginInvoker, pluginDirectories: [String] = [], cancellation: Cancellation? = nil,
    dropsNamespace: Bool = false, isNewAttachment: Bool = false,
    owns: (@Sendable (_ containerID: String) -> Bool)? = nil, allowsOwnNamespace: Bool = false
  ) {
    self.invoker = invoker
    self.pluginDirectories = pluginDirectories
    self.cancellation = cancellation
    self.dropsNamespace = dropsNamespace
    self.isNewAttachment = isNewAttachment
    self.owns = owns
    self.allowsOwnNamespace = allowsOwnNamespace
  }
}
