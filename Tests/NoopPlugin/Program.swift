import CNI
import Glibc

/// Another program that a call executes: with these variables, and all of its standard input there at once.
struct Program {
  let path: String
  let arguments: [String]
  let variables: [String]
  let input: [UInt8]

  /// How it ended, as a shell has it (128 and the signal's number), and what it wrote to standard output.
  struct Outcome {
    let status: Int32
    let output: [UInt8]
  }

  /// A command of the shell.
  static func shell(_ text: String, _ variables: [String], input: [UInt8]) throws(PluginError) -> Outcome {
    try Program(path: "/bin/sh", arguments: ["sh", "-c", text], variables: variables, input: input).run()
  }

  /// Runs it to its end; what it writes to standard error goes where this program's does, or nowhere.
  func run(quietly: Bool = false) throws(PluginError) -> Outcome {
    let standardInput = try Self.file(input)
    let standardOutput = try Self.file([])
    defer { for descriptor in [standardInput, standardOutput] { close(descriptor) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, standardInput, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, standardOutput, STDOUT_FILENO)
    if quietly { posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) }
    var pid: pid_t = 0
    let code = withPointers { posix_spawn(&pid, path, &actions, nil, $0, $1) }
    guard code == 0 else {
      throw PluginError(101, "noop: cannot start \(path)", details: String(cString: strerror(code)))
    }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    lseek(standardOutput, 0, SEEK_SET)
    return Outcome(
      status: signal == 0 ? status >> 8 & 0xff : 128 + signal, output: readAll(descriptor: standardOutput))
  }

  /// Becomes it, so that whoever kills this process kills that one. Standard input is left as it is where `input` was not read.
  func replace(readInput: Bool) throws(PluginError) -> Never {
    if readInput {
      let standardInput = try Self.file(input)
      dup2(standardInput, STDIN_FILENO)
    }
    withPointers { execve(path, $0, $1) }
    throw PluginError(101, "noop: cannot execute \(path)", details: lastError())
  }

  @discardableResult
  private func withPointers(
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>)
      -> Int32
  ) -> Int32 {
    var arguments = arguments.map { strdup($0) } + [nil]
    var variables = variables.map { strdup($0) } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    return arguments.withUnsafeMutableBufferPointer { arguments in
      variables.withUnsafeMutableBufferPointer { variables in
        guard let first = arguments.baseAddress, let second = variables.baseAddress else { return EINVAL }
        return body(first, second)
      }
    }
  }

  /// A file without a name, above the standard descriptors, which the caller may have closed.
  private static func file(_ bytes: [UInt8]) throws(PluginError) -> CInt {
    for directory in ["/tmp", "/dev/shm"] {
      var name = Array("\(directory)/noop-XXXXXX".utf8CString)
      let low = mkstemp(&name)
      guard low >= 0 else { continue }
      unlink(name)
      let descriptor = fcntl(low, F_DUPFD_CLOEXEC, 3)
      close(low)
      guard descriptor >= 0 else { continue }
      Output.write(bytes, to: descriptor)
      lseek(descriptor, 0, SEEK_SET)
      return descriptor
    }
    throw PluginError(101, "noop: no room for a file", details: lastError())
  }
}

extension Call {
  /// The environment as a program gets it.
  var variables: [String] { environment.map { "\($0.name)=\($0.value)" } }
}
