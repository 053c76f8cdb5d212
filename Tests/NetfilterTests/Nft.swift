import Glibc
import SystemPackage
import Testing

/// Executes nft in the calling thread's network namespace, which its child inherits, and gives what it writes.
func nft(_ arguments: String..., script: String? = nil) throws -> String {
  try run("/usr/sbin/nft", arguments + (script == nil ? [] : ["-f", "-"]), input: script ?? "")
}

struct ProgramFailure: Error {
  let status: Int32
  let output: String
}

/// Executes a program, with its errors behind its output.
func run(_ program: String, _ arguments: [String], input: String) throws -> String {
  let (stdin, stdout) = (try temporaryFile(input), try temporaryFile(""))
  defer {
    close(stdin)
    close(stdout)
  }
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, stdin, 0)
  posix_spawn_file_actions_adddup2(&actions, stdout, 1)
  posix_spawn_file_actions_adddup2(&actions, stdout, 2)
  var child: pid_t = 0
  var words = ([program] + arguments).map { strdup($0) } + [nil]
  defer { for word in words { free(word) } }
  let failure = posix_spawn(&child, program, &actions, nil, &words, environ)
  guard failure == 0 else { throw Errno(rawValue: failure) }
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0 { guard errno == EINTR else { throw Errno(rawValue: errno) } }
  let output = try contents(of: stdout)
  guard status == 0 else { throw ProgramFailure(status: status, output: output) }
  return output
}

private func temporaryFile(_ text: String) throws -> Int32 {
  var path = Array("/tmp/netfilter-tests-XXXXXX".utf8CString)
  let descriptor = mkstemp(&path)
  guard descriptor >= 0 else { throw Errno(rawValue: errno) }
  unlink(path)
  let bytes = Array(text.utf8)
  guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else { throw Errno(rawValue: errno) }
  return descriptor
}

private func contents(of descriptor: Int32) throws -> String {
  var bytes = [UInt8](repeating: 0, count: 1 << 20)
  let count = pread(descriptor, &bytes, bytes.count, 0)
  guard count >= 0 else { throw Errno(rawValue: errno) }
  return String(decoding: bytes.prefix(count), as: UTF8.self)
}
