import CNI
import Glibc
import JSON

/// Processes that a call starts: one that stays behind, and one that is waited for.
enum Child {
  /// What makes an execution of this program such a child.
  static let argument = "--child"

  /// Starts the child that `scripted` describes, and leaves it.
  static func start(_ scripted: JSON) throws(PluginError) {
    let options = [
      String(scripted["seconds"]?.integer ?? 600), scripted["untilFile"]?.string ?? "",
      scripted["ignoreTerm"]?.bool == true ? "ignoreTerm" : "",
    ]
    let isClosed = scripted["stdout"]?.string == "closed"
    let pid = try spawn(
      "/proc/self/exe", ["noop-child", argument] + options, newSession: scripted["session"]?.bool == true
    ) {
      guard isClosed else { return }
      for descriptor in STDIN_FILENO...STDERR_FILENO {
        posix_spawn_file_actions_addopen(&$0, descriptor, "/dev/null", O_RDWR, 0)
      }
    }
    if let path = scripted["pidFile"]?.string {
      let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      Output.write(Array("\(pid)\n".utf8), to: descriptor)
      close(descriptor)
    }
  }

  /// Runs a command to its end, its output going to standard error.
  static func run(_ command: [String]) throws(PluginError) {
    guard let program = command.first else { throw PluginError(100, "noop: run names no program") }
    let pid = try spawn(program, command, newSession: false) {
      posix_spawn_file_actions_addopen(&$0, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_adddup2(&$0, STDERR_FILENO, STDOUT_FILENO)
    }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    guard status == 0 else {
      throw PluginError(
        101, "noop: \(program) failed", details: "wait status \(status) of \(command.joined(separator: " "))")
    }
  }

  /// The child's own life: it waits for its file or its time.
  static func main(_ options: [String]) -> Never {
    let file = options.count > 1 && !options[1].isEmpty ? options[1] : nil
    if options.count > 2, options[2] == "ignoreTerm" { signal(SIGTERM, SIG_IGN) }
    exit(wait(untilFile: file, seconds: options.first.flatMap { Int($0) } ?? 600) ? 0 : 1)
  }

  private static func spawn(
    _ program: String, _ arguments: [String], newSession: Bool, _ prepare: (inout posix_spawn_file_actions_t) -> Void
  ) throws(PluginError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    prepare(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    if newSession { posix_spawnattr_setflags(&attributes, 0x80) }  // POSIX_SPAWN_SETSID
    var pointers = arguments.map { strdup($0) } + [nil]
    var environment = Call().environment.map { strdup("\($0.name)=\($0.value)") } + [nil]
    defer { for pointer in pointers + environment { free(pointer) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, program, &actions, &attributes, &pointers, &environment)
    guard code == 0 else {
      throw PluginError(101, "noop: cannot start \(program)", details: String(cString: strerror(code)))
    }
    return pid
  }
}
