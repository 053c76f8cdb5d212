import ArgumentParser
import RuntimeAPI

/// The command line as a whole; crictl's names and flags.
struct Berthctl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "berthctl",
    abstract: "Run pod sandboxes and look into them.",
    discussion: """
      The endpoint is taken from --runtime-endpoint, then BERTH_ENDPOINT, CONTAINER_RUNTIME_ENDPOINT, the configuration \
      file, and \(Endpoint.standard).
      """,
    version: "berthctl \(Berth.version)",
    subcommands: [
      Version.self, Info.self, Runp.self, Stopp.self, Rmp.self, Pods.self, Inspectp.self, TraceCommand.self,
      Leftovers.self, GC.self,
      CNIGroup.self,
    ])

  @OptionGroup var globals: GlobalOptions

  func run() async throws { throw CleanExit.helpRequest(self) }
}

/// What every command takes, before the command's name.
struct GlobalOptions: ParsableArguments {
  @Option(name: [.customShort("r"), .customLong("runtime-endpoint")], help: "Where berthd listens: unix:///path.")
  var endpoint: String?

  @Option(
    name: .shortAndLong, help: "How long a call may take (2s, 1m30s). Default: 2s; runp, stopp and rmp: no limit.")
  var timeout: TimeSpan?

  @Option(
    name: .shortAndLong, help: "The configuration file, in crictl's form. Default: /etc/crictl.yaml, if it is there.")
  var config: String?

  @Flag(name: [.customShort("D"), .customLong("debug")], help: "Say on standard error what is sent and received.")
  var debug = false
}
