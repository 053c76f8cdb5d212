import ArgumentParser

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@main
struct Main {
  static func main() async {
    let status = await run(Array(CommandLine.arguments.dropFirst()))
    exit(status)
  }

  /// Runs a command line and returns its exit status: 0, 1 (failed) or 2 (usage).
  static func run(_ arguments: [String]) async -> Int32 {
    let console = Surroundings.current.console
    if arguments.isEmpty {
      console.error(Berthctl.helpMessage())
      return 2
    }
    if let arguments = CNITest.arguments(in: arguments) {
      console.error("berthctl: cni test: " + CNITest.execute(arguments, path: Surroundings.current.environment["PATH"]))
      return 2
    }
    do {
      try CommandNames.check(arguments)
      var command = try Berthctl.parseAsRoot(RuntimeFlag.spelledOut(in: arguments))
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return 0
    } catch let failure as CommandFailure {
      for line in failure.lines { console.error("berthctl: \(failure.command): \(line.sanitised)") }
      return 1
    } catch {
      return report(error, console)
    }
  }

  private static func report(_ error: any Error, _ console: Console) -> Int32 {
    let message = Berthctl.fullMessage(for: error)
    if Berthctl.exitCode(for: error).isSuccess {
      console.write(message + "\n")
      return 0
    }
    let prefix = "Error: "
    console.error("berthctl: " + (message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message))
    return 2
  }
}
