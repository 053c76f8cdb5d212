import ArgumentParser
import JSON
import LinuxKernel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `berthctl cni test …`: executes `berth-conformance`, which has the rest of the command line.
///
/// That is a program of its own, for it alone needs libraries to read the host's links and rules with.
struct CNITest: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Test CNI plugins by the conformance suite.",
    discussion: "Executes berth-conformance: see berthctl cni test --help.")

  static let program = "berth-conformance"

  /// The arguments for the program where the command line is this command's, before anything of it is parsed: what it shares
  /// with other commands' options has another meaning there. Of the options before the command, the timeout goes along.
  static func arguments(in commandLine: [String]) -> [String]? {
    let index = RuntimeFlag.commandIndex(in: commandLine)
    guard commandLine.count > index + 1, commandLine[index] == "cni", commandLine[index + 1] == "test" else {
      return nil
    }
    var timeout: [String] = []
    for (place, argument) in commandLine[..<index].enumerated() {
      if argument.hasPrefix("--timeout=") { timeout = [argument] }
      if argument == "-t" || argument == "--timeout" { timeout = ["--timeout", commandLine[place + 1]] }
    }
    return timeout + commandLine[(index + 2)...]
  }

  /// Becomes the program; returns only where that fails, with the reason.
  static func execute(_ arguments: [String], path: String?) -> String {
    let beside = HostFile.linkTarget("/proc/self/exe").map { String($0[..<($0.lastIndex(of: "/") ?? $0.startIndex)]) }
    let directories = [beside].compactMap(\.self) + (path ?? "").split(separator: ":").map(String.init)
    for directory in directories where access("\(directory)/\(program)", X_OK) == 0 {
      let executable = "\(directory)/\(program)"
      var pointers: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
      pointers.append(nil)
      // This thread is one of a pool, which leaves most signals to others; the mask outlives it.
      var none = sigset_t()
      sigemptyset(&none)
      pthread_sigmask(SIG_SETMASK, &none, nil)
      execv(executable, pointers)
      return "\(executable) cannot be executed: \(String(cString: strerror(errno)))"
    }
    return "\(program) is not installed: it is looked for beside berthctl (\(beside ?? "unknown")), then in PATH"
  }

  func run() throws {
    throw ValidationError("options stand behind the command's name: berthctl cni test …")
  }
}
