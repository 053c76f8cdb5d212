import ArgumentParser
import RuntimeAPI

/// The command line as a whole; crictl's names and flags.
struct Berthctl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "berthctl",
    abstract: "Run pod sandboxes and look into them.",
    discussion: """
      The endpoint is taken from --runtime-endpoint, then BERTH_ENDPOINT, CONTAINER_RUNTIME_ENDPOINT, the file given with \
      --config, and \(Endpoint.standard).
      """,
    version: "berthctl \(Berth.version)",
    subcommands: [
      Version.self, Info.self, Runp.self, Stopp.self, Rmp.self, Drain.self, Pods.self, Inspectp.self, Wait.self,
      Events.self, TraceCommand.self, Leftovers.self, GC.self,
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
    name: .shortAndLong,
    help: "How long the command may take (2s, 1m30s). Default: 2s a call; runp, stopp, rmp, drain: no limit; wait: 30s."
  )
  var timeout: TimeSpan?

  @Option(
    name: .shortAndLong, help: "A configuration file in crictl's form. Default: none; /etc/crictl.yaml is not read.")
  var config: String?

  @Flag(name: [.customShort("D"), .customLong("debug")], help: "Say on standard error what is sent and received.")
  var debug = false
}
