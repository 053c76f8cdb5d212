public import LinuxKernel

/// The door through which plugins are called: one value in, one value out.
///
/// `ExecutablePluginInvoker` executes them. Others can serve a plugin from inside the process, script one for a test, or only
/// record what it would be given (a dry run).
public protocol PluginInvoker: Sendable {
  /// Finds what will serve a plugin type: the path of an executable, or any text that `invoke` understands.
  ///
  /// Errors: `pluginNotFound`. Unless an invoker says otherwise, the directories are searched (`PluginLookup`).
  func locate(_ type: String, in directories: [String]) throws(CNIError) -> String

  /// Calls a plugin and waits for it; blocks the thread. When it is cancelled the plugin is ended, and the answer says so.
  func invoke(_ request: PluginRequest, cancellation: Cancellation?) -> PluginResponse
}

extension PluginInvoker {
  /// Searches the directories for an executable of that name (`PluginLookup`).
  public func locate(_ type: String, in directories: [String]) throws(CNIError) -> String {
    try PluginLookup.find(type, in: directories)
  }
}
