import ArgumentParser

/// `berthctl cni`: cnitool's job, on any network namespace, without a daemon.
struct CNIGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cni",
    abstract: "Call CNI plugins on any network namespace, without a daemon.",
    discussion: """
      Environment and container ids are cnitool's: NETCONFPATH, CNI_PATH, CNI_ARGS, CAP_ARGS and CNI_IFNAME, over which \
      flags win. A failure is the specification's error document on standard output, and exit status 1. The global \
      --timeout is the time that one plugin has (60s).
      """,
    subcommands: [
      CNIList.self, CNIValidate.self, CNIAdd.self, CNIDel.self, CNICheck.self, CNIGC.self, CNIStatus.self,
      CNIVersion.self, CNITest.self,
    ])

  @ParentCommand var root: Berthctl

  func run() throws {
    throw ValidationError("Missing subcommand: list, validate, add, del, check, gc, status, version, test")
  }
}
