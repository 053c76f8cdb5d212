import CNI
import CNIPlugin
import LinuxKernel
import NetworkPlugins

/// Serves some plugins from inside the daemon, and executes the others: a chain may mix both.
struct MixedInvoker: PluginInvoker {
  /// What stands in the place of an executable's path.
  static let native = "native"

  let executable: ExecutablePluginInvoker
  /// The types that are executed; nil: all.
  let executed: Set<String>?
  /// What a native plugin knows of its caller, but for the invoker.
  let caller: PluginCaller
  /// Where calls are told as under way.
  var trace: TraceRecorder?

  func locate(_ type: String, in directories: [String]) throws(CNIError) -> String {
    guard isNative(type) else { return try executable.locate(type, in: directories) }
    return Self.native
  }

  func invoke(_ request: PluginRequest, cancellation: Cancellation?) -> PluginResponse {
    guard let trace else { return serve(request, cancellation) }
    return trace.calling(request.plugin, request.verb.rawValue) { serve(request, cancellation) }
  }

  private func serve(_ request: PluginRequest, _ cancellation: Cancellation?) -> PluginResponse {
    guard request.executable == Self.native, let plugin = NativePlugins.plugin(request.plugin) else {
      return executable.invoke(request, cancellation: cancellation)
    }
    var caller = caller
    caller.invoker = self
    caller.cancellation = cancellation
    caller.pluginDirectories = request["CNI_PATH"]?.split(separator: ":").map(String.init) ?? []
    return plugin.respond(to: request, from: caller)
  }

  private func isNative(_ type: String) -> Bool {
    guard let executed else { return false }
    return !executed.contains(type) && NativePlugins.plugin(type) != nil
  }
}
