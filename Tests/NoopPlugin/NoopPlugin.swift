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
    do throws(PluginError) {
      try answer(&call)
    } catch {
      Output.finish(error, version: call.version)
    }
  }

  private static func answer(_ call: inout Call) throws(PluginError) -> Never {
    // A script that is known without the configuration may forbid reading it.
    var script = try call.scriptPath.map { path throws(PluginError) in try Script(path: path) }
    let verb = script?.through == nil ? try Skel.verb(of: call) : call.verb
    let mayRead = try mayRead(call, verb, script)
    if mayRead {
      call.readConfiguration()
      if script == nil, let path = call.configuration?["debugFile"]?.string { script = try Script(path: path) }
    }
    if let path = script?.record { try CallRecord(call).append(to: path) }
    if mayRead, let verb, script?.checks ?? true {
      try Skel.check(call, verb: verb, supported: script?.versions ?? Skel.supportedVersions)
    }
    let behaviour = try script?.behaviour(for: call) ?? Behaviour()
    try Performance(call: call, verb: verb, behaviour: behaviour, script: script).run()
  }

  /// What goes through another plugin is read only if somebody here wants it: that one may be given what comes as it comes.
  private static func mayRead(_ call: Call, _ verb: Verb?, _ script: Script?) throws(PluginError) -> Bool {
    let alternatives = try script?.alternatives(for: call) ?? []
    guard script?.through == nil else {
      return script?.record != nil || alternatives.contains { $0.needsConfiguration }
    }
    return alternatives.isEmpty ? verb != .version : alternatives.allSatisfy { $0.readsStandardInput(verb) }
  }
}
