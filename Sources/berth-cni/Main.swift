import CNIPlugin
import NetworkPlugins

/// The native plugins as one executable, called by a plugin's name.
@main enum Main {
  static func main() { PluginProgram(NativePlugins.all, about: "Berth's CNI plugins").run() }
}
