public import CNI
public import LinuxKernel

/// Serves plugins inside this process, and leaves all others to another invoker: for a plugin's delegates in a test, and for
/// runtimes that bring plugins of their own.
public struct InProcessPlugins: PluginInvoker {
  /// What stands in the place of an executable's path.
  private static let served = "in this process"
  private let plugins: [any Plugin]
  private let others: any PluginInvoker
  private let allowsOwnNamespace: Bool

  /// An invoker of these plugins; others fail unless somebody is named who serves them.
  public init(
    _ plugins: any Plugin..., otherwise others: any PluginInvoker = NoDelegates(), allowsOwnNamespace: Bool = false
  ) {
    self.plugins = plugins
    self.others = others
    self.allowsOwnNamespace = allowsOwnNamespace
  }

  /// One of the plugins, else whatever the others' invoker finds.
  public func locate(_ type: String, in directories: [String]) throws(CNIError) -> String {
    plugin(type) == nil ? try others.locate(type, in: directories) : Self.served
  }

  /// Calls the plugin on this thread.
  public func invoke(_ request: PluginRequest, cancellation: Cancellation?) -> PluginResponse {
    guard let plugin = plugin(request.plugin) else { return others.invoke(request, cancellation: cancellation) }
    let directories = (request["CNI_PATH"] ?? "").split(separator: ":").map(String.init)
    return plugin.respond(
      to: request,
      from: PluginCaller(
        invoker: self, pluginDirectories: directories, cancellation: cancellation,
        allowsOwnNamespace: allowsOwnNamespace))
  }

  private func plugin(_ type: String) -> (any Plugin)? { plugins.first { $0.type == type } }
}

/// No plugin to delegate to.
public struct NoDelegates: PluginInvoker {
  /// Finds none.
  public init() {}

  /// Finds none.
  public func locate(_ type: String, in directories: [String]) throws(CNIError) -> String {
    throw CNIError(.pluginNotFound, "there is no plugin \(type) here")
  }

  /// Calls none.
  public func invoke(_ request: PluginRequest, cancellation: Cancellation?) -> PluginResponse {
    PluginResponse(.notStarted("there is no plugin \(request.plugin) here"))
  }
}
