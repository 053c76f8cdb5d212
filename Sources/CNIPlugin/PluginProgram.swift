import CNI
import Glibc
import JSON
import LinuxKernel
import Synchronization

/// Makes a program of one or more plugins: `PluginProgram(MyPlugin()).run()` is all of its main.
///
/// Which plugin it is follows from the name it is called by (links serve several names); a single plugin answers to any.
public struct PluginProgram: Sendable {
  private let plugins: [any Plugin]
  private let about: String

  /// A program of these plugins; `about` is what it says where nobody gives it a command.
  public init(_ plugins: any Plugin..., about: String? = nil) { self.init(plugins, about: about) }

  /// A program of these plugins.
  public init(_ plugins: [any Plugin], about: String? = nil) {
    self.plugins = plugins
    self.about = about ?? "CNI \(plugins.map(\.type).joined(separator: ", ")) plugin"
  }

  /// Reads the environment and standard input, answers on standard output, and ends the process: status 0 only when the whole
  /// answer could be written.
  public func run() -> Never {
    // The first thread stays in the host's namespaces: others find their way home by it.
    let answered = Semaphore()
    let outcome = Outcome()
    do throws(KernelError) {
      try DedicatedThread.start(name: "plugin", stackSize: 1 << 20) {
        let answer = self.answer(name: CommandLine.arguments.first ?? "", environment: ProgramEnvironment.variables) {
          (verb) throws(PluginError) in
          verb == .version ? StandardStreams.readAtHand(STDIN_FILENO) : try StandardStreams.read(STDIN_FILENO)
        }
        outcome.value.withLock { $0 = answer }
        answered.signal()
      }
      answered.wait()
    } catch {
      outcome.value.withLock { $0 = failed(PluginError("\(error)", code: CNIError.Code.ioFailure)) }
    }
    let answer = outcome.value.withLock { $0 } ?? Answer(status: 1)
    StandardStreams.write(answer.stderr)
    exit(StandardStreams.print(answer.stdout) ? answer.status : 1)
  }

  private final class Outcome: Sendable { let value = Mutex<Answer?>(nil) }

  /// What the program prints, and its exit status.
  struct Answer: Equatable {
    var stdout: [UInt8] = []
    var stderr = ""
    var status: Int32 = 0
  }

  /// The answer to one call; `input` is not read unless it is needed.
  func answer(
    name: String, environment: [String: String], input: (Verb) throws(PluginError) -> [UInt8]
  ) -> Answer {
    guard let command = environment["CNI_COMMAND"], !command.isEmpty else {
      let versions = SpecificationVersion.supported.joined(separator: ", ")
      return Answer(stderr: "\(about)\nCNI protocol versions supported: \(versions)\n")
    }
    do throws(PluginError) {
      guard let verb = Verb(rawValue: command) else {
        throw PluginError("unknown CNI_COMMAND: \(command)", code: CNIError.Code.invalidEnvironment)
      }
      let plugin = try plugin(called: name)
      let request = request(verb, plugin, environment, try input(verb))
      let response = plugin.respond(to: request, from: caller(environment))
      return Answer(stdout: response.stdout, status: response.failure == nil ? 0 : 1)
    } catch {
      return failed(error)
    }
  }

  private func plugin(called name: String) throws(PluginError) -> any Plugin {
    if plugins.count == 1 { return plugins[0] }
    let name = name.split(separator: "/").last.map(String.init) ?? name
    if let plugin = plugins.first(where: { $0.type == name }) { return plugin }
    throw PluginError(
      "this program is no plugin \"\(name)\"", code: CNIError.Code.invalidEnvironment,
      details: "it is called by the name of one of \(plugins.map(\.type).joined(separator: ", "))")
  }

  private func request(
    _ verb: Verb, _ plugin: any Plugin, _ environment: [String: String], _ input: [UInt8]
  ) -> PluginRequest {
    let names = ["CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_ARGS", "CNI_IFNAME", "CNI_PATH"]
    return PluginRequest(
      verb: verb, plugin: plugin.type, executable: plugin.type, network: "",
      environment: names.map { Attachment.Argument($0, environment[$0] ?? "") }, configuration: input)
  }

  /// Delegates are executed, for as long as whoever called this program lets it run, and end with it.
  private func caller(_ environment: [String: String]) -> PluginCaller {
    var invoker = ExecutablePluginInvoker(timeout: .seconds(3600))
    invoker.staysWithCaller = true
    var caller = PluginCaller(
      invoker: invoker,
      pluginDirectories: (environment["CNI_PATH"] ?? "").split(separator: ":").map(String.init),
      allowsOwnNamespace: ["1", "true"].contains((environment["CNI_NETNS_OVERRIDE"] ?? "").lowercased()))
    caller.hearsRemarks = { StandardStreams.write($0) }
    return caller
  }

  private func failed(_ error: PluginError) -> Answer {
    Answer(stdout: error.document(cniVersion: SpecificationVersion.current.description).serialized(), status: 1)
  }
}

/// The process's environment.
private enum ProgramEnvironment {
  static var variables: [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let variable = next.pointee {
      let text = String(cString: variable)
      if let equals = text.firstIndex(of: "=") {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      next += 1
    }
    return variables
  }
}
