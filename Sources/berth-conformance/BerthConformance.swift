public import ArgumentParser
import CNI
import CNIConformance

/// The command line: what `berthctl cni test` takes.
struct BerthConformance: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "berth-conformance",
    abstract: "Test CNI plugins: what the specification asks, what is left behind, faults, traffic, speed.",
    usage: "berthctl cni test [CONFLIST|NAME]… [OPTION]…",
    discussion: BerthConformance.manual)

  @Argument(
    help: "Networks: files, or names in the configuration directory. Default: the directory's first network.",
    completion: .file())
  var networks: [String] = []

  @Option(
    name: .customLong("bin-dir"),
    help: "Where plugins are; joined by colons, or repeated. Default: CNI_PATH, then /opt/cni/bin:/usr/lib/cni.",
    completion: .directory)
  var pluginDirectories: [String] = []

  @Option(
    name: .customLong("conf-dir"),
    help: "Where networks are looked for by name. Default: NETCONFPATH, then /etc/berth/net.d.", completion: .directory)
  var configurationDirectory: String?

  @Flag(help: "What only warns counts: a failed SHOULD or quality fails the run.")
  var strict = false

  @Option(help: "The levels, with commas: spec, leak, fault, traffic, speed. Default: all.")
  var level = ""

  @Option(help: "The versions to ask in, with commas, or all that the plugins know. Default: the configuration's own.")
  var version = ""

  @Option(help: "Only the cases in whose id this regular expression is found.")
  var filter: String?

  @Flag(help: "List the cases with their weight, what they expect and what that stands on; run nothing.")
  var list = false

  @Option(
    help: "Failures that are known: lines of PLUGIN VERSIONS CASE REASON. They do not fail the run.",
    completion: .file())
  var expect: String?

  @Option(help: "A report of JSON lines of an earlier run: what has become worse since is told.", completion: .file())
  var against: String?

  @Option(help: "What each verb may take, by the cases of speed: add=20ms,del.p99=30ms.")
  var budget: String?

  @Option(name: [.short, .customLong("format")], help: "text, tap, junit or jsonl.")
  var output: ReportFormat = .text

  @Option(
    name: .customLong("output"), help: "Where the report goes; what is shown meanwhile is text then.",
    completion: .file())
  var file: String?

  @Option(help: "What every choice by chance comes from: the one of an earlier run makes the same choices.")
  var seed: UInt64?

  @Option(help: "How long one call may take (10s, 1m30s).")
  var timeout: TimeSpan = TimeSpan(.seconds(10))
}

extension ReportFormat: ExpressibleByArgument {}

extension BerthConformance {
  static let manual = """
    All plugins of a network are tested: each alone, behind those before it where there are any, and the chain. Every \
    case runs in namespaces of its own (mount, network, IPC, UTS, PID, cgroup) on private /run, /var/run/netns and \
    /var/lib/cni, and writes to a layer over the host's files: the host stays as it is. Root is needed, or a kernel \
    that lets users have namespaces.

    A failure shows each call with its environment, standard input, output and error, and a line for bash that makes \
    the same call by hand.

    Exit status: 0 when all passed or failed as expected (what is only a SHOULD warns), 1 when a MUST failed or \
    something leaked, 2 for a wrong use: then nothing was run. In a workflow of GitHub's (GITHUB_ACTIONS), failures \
    are annotations and the job gets a summary.
    """
}
