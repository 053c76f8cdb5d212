import ArgumentParser
import Glibc
import Logging
import Metrics
import PodSandbox

/// The program: reads its configuration, becomes the daemon, says in one line why it cannot.
@main
struct Berthd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "berthd", abstract: "Keeps pod sandboxes and serves their API on a Unix socket.",
    discussion:
      "The first TERM or INT ends it gracefully (status 0), a second one at once (status 1). Sandboxes live on.",
    version: Version.text)

  /// sysexits.h's EX_CONFIG: starting again does not help.
  private static let wrongConfiguration = ExitCode(78)

  @OptionGroup var options: Options

  func run() async throws {
    do {
      var configuration = try DaemonConfiguration.resolve(options)
      try ProcessSettings.requireRoot()
      let notifier = ServiceNotifier.takeFromEnvironment()
      configuration.sandboxes.pluginOpenFiles = try ProcessSettings.prepare()
      configuration.sandboxes.group = try configuration.groupNumber()
      let registry = PrometheusRegistry()
      MetricsSystem.bootstrap(registry)
      let level = configuration.logLevel.level
      let format = configuration.logFormat
      LogDestination.writer.tellDrops(LogDestination.drops(format))
      LoggingSystem.bootstrap {
        StandardErrorLog(label: $0, level: level, format: format, destination: .standardError)
      }
      let daemon = Daemon(
        configuration: configuration, logger: Logger(label: "berthd"), registry: registry, notifier: notifier)
      try await daemon.run()
      LogDestination.writer.flush(within: .seconds(1))
    } catch {
      LogDestination.tellEnd("\(error)")
      throw error is ConfigurationError ? Self.wrongConfiguration : ExitCode.failure
    }
  }
}
