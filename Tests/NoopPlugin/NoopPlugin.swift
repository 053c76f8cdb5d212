import JSON
import CNI
import Glibc

/// A CNI plugin that does what a script says, verb by verb, and writes down every call; README.md has the script's
/// form.
@main
enum NoopPlugin {
  static func main() {
    let arguments = CommandLine.arguments
    if arguments.count > 1, arguments[1] == Child.argument { Child.main(Array(arguments.dropFirst(2))) }
    var call = Call()
    guard call["CNI_COMMAND"]?.isEmpty == false else {
      Output.write(Array(Skel.about.utf8), to: STDERR_FILENO)
      exit(0)
    }
    do throws(PluginError) {
      try answer(&call)
    } catch {
      Output.finish(error, version: call.version)
    }
  }

  private static func answer(_ call: inout Call) throws(PluginError) -> Never {
    let verb = try Skel.verb(of: call)
    // A script that is known without the configuration may forbid reading it.
    var script = try call.scriptPath.map { path throws(PluginError) in try Script(path: path) }
    let mayRead = try (script?.behaviour(for: verb) ?? Behaviour()).readsStandardInput(verb)
    if mayRead {
      call.readConfiguration()
      if script == nil, let path = call.configuration?["debugFile"]?.string { script = try Script(path: path) }
    }
    if let path = script?.record { try CallRecord(call).append(to: path) }
    if mayRead, script?.checks ?? true {
      try Skel.check(call, verb: verb, supported: script?.versions ?? Skel.supportedVersions)
    }
    let behaviour = try script?.behaviour(for: verb) ?? Behaviour()
    try Performance(call: call, verb: verb, behaviour: behaviour, script: script).run()
  }
}
