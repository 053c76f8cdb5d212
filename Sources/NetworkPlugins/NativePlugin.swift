import CNI
public import CNIPlugin
public import JSON

/// A plugin of this module: it knows which configurations are better left to the executable of its name.
public protocol NativePlugin: Plugin {
  /// Why a configuration is the executable's: a key that is not known or not honoured, a value that cannot be read. Nil where
  /// all of it is honoured.
  ///
  /// - Parameter configuration: A plugin's entry in a list, and for an IPAM plugin the entry of the one that calls it.
  func reasonToExecute(_ configuration: JSONObject) -> String?

  /// Whether its DEL leaves links of the host to a caller that deletes them (``PluginCaller/reapsLinks``). Unless it is
  /// implemented, it leaves none but what goes with the pod's namespace.
  var leavesLinks: Bool { get }
}

extension NativePlugin {
  /// It leaves none.
  public var leavesLinks: Bool { false }

  /// The configuration as this plugin reads it, or why it cannot.
  func read(_ configuration: JSONObject) -> Result<(configuration: Configuration, unknown: [UnknownField]), PluginError>
  {
    do throws(PluginError) {
      return .success(try PluginCall<Configuration>.decode(configuration))
    } catch {
      return .failure(error)
    }
  }
}

/// The plugins of this module.
public enum NativePlugins {
  /// All of them.
  public static let all: [any NativePlugin] = [
    Bridge(), HostLocal(), Loopback(), Portmap(), Firewall(), PointToPoint(), Static(), Tuning(),
    Bandwidth(),
  ]

  /// The plugin of a type; nil where there is none.
  public static func plugin(_ type: String) -> (any NativePlugin)? { all.first { $0.type == type } }
}
