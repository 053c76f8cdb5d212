import ArgumentParser

/// The daemon's flags. A flag outweighs the configuration file, which outweighs the default.
struct Options: ParsableArguments {
  @Option(help: ArgumentHelp("The API's socket (default: /run/berth/berth.sock).", valueName: "path"))
  var socket: String?

  @Option(help: ArgumentHelp("Durable records (default: /var/lib/berth).", valueName: "dir"))
  var root: String?

  @Option(help: ArgumentHelp("State of this boot (default: /run/berth).", valueName: "dir"))
  var state: String?

  @Option(help: ArgumentHelp("Where network namespaces are mounted (default: /var/run/netns).", valueName: "dir"))
  var netnsDir: String?

  @Option(help: ArgumentHelp("CNI configuration (default: /etc/cni/net.d).", valueName: "dir"))
  var cniConfDir: String?

  @Option(
    help: ArgumentHelp(
      "CNI plugins, colons between directories (default: /opt/cni/bin:/usr/lib/cni).", valueName: "dirs"))
  var cniBinDir: String?

  @Option(help: ArgumentHelp("CNI result cache (default: /var/lib/cni).", valueName: "dir"))
  var cniCacheDir: String?

  @Option(help: ArgumentHelp("The cgroup above all sandboxes' (default: /berth).", valueName: "path"))
  var cgroupParent: String?

  @Option(
    help: ArgumentHelp("The configuration file (default: /etc/berth/berthd.json, if it exists).", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "The pause program (default: berth-pause beside berthd, else /usr/libexec/berth/berth-pause).", valueName: "file")
  )
  var pauseBinary: String?

  @Option(help: "trace, debug, info, notice, warning, error or critical (default: info).")
  var logLevel: LogLevel?

  @Option(help: "text or json (default: text).")
  var logFormat: LogFormat?
}

extension LogLevel: ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
