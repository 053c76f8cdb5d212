import ArgumentParser
import JSON
import RuntimeAPI

/// `berthctl runp FILE`
struct Runp: SessionCommand {
  static let configuration = CommandConfiguration(
    commandName: "runp", abstract: "Run a new pod, by a file or by flags; prints its id.")

  @ParentCommand var root: Berthctl

  @Argument(help: "The pod's configuration, JSON or YAML; - is standard input.", completion: .file())
  var file: String?

  @OptionGroup var flags: PodFlags

  @Option(name: .shortAndLong, help: "The runtime handler.")
  var runtime: String = ""

  @Option(
    name: [.customShort("T"), .customLong("cancel-timeout")],
    help: "How long to wait (10s, 1m) before the run is cancelled and undone. Default: no limit.")
  var cancelTimeout: TimeSpan?

  @Flag(help: "Refuse unknown keys instead of dropping them with a warning.")
  var strict = false

  func validate() throws {
    if file == nil && flags.name == nil { throw ValidationError("Missing expected argument '<file>', or --name") }
    if file != nil && flags.isGiven { throw ValidationError("Either a file or --name and its flags, not both") }
  }

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    let given = flags.configuration
    let configuration = if let given { given } else { try configuration(in: file ?? "-", session) }
    let request = CRI.RunPodSandboxRequest(config: configuration, runtimeHandler: runtime)
    let limit = cancelTimeout.flatMap { $0.duration > .zero ? $0 : nil }
    let answer = try await session.reply(to: RuntimeService.runPodSandbox, request, .long(limit))
    for warning in answer.warnings { session.warn(Self.name, warning) }
    session.console.line(answer.message.podSandboxId.sanitised)
  }

  private func configuration(
    in file: String, _ session: Session
  ) throws(CommandFailure.Reason) -> CRI.PodSandboxConfig {
    let input = try PodConfigurationFile(path: file, surroundings: session.surroundings)
    if strict && !input.unknown.isEmpty {
      throw .init(lines: input.unknown.map { "\(input.name): \($0)" })
    }
    for field in input.unknown { session.warn(Self.name, "\(input.name): \(field); it is left out") }
    return input.configuration
  }
}
