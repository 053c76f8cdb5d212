import Glibc
import SystemPackage

/// The API's socket as a file: made ready before the server binds it, opened to its group once it is bound, removed at
/// the end.
struct SocketFile: Sendable {
  /// The longest path a Unix socket may have: `sun_path` without its final zero.
  static let longestPath = 107

  let path: String
  /// Who may use it beside root; `nil`: nobody.
  let group: UInt32?

  /// Makes the directory if there is none (0750, the group's; those above it 0755) and removes a socket that nobody listens at.
  ///
  /// The daemon's lock on its directories keeps a second daemon with the same ones out; this keeps out one with others.
  func prepare() throws(StartError) {
    try makeDirectory()
    guard let kind = try kindOfFile() else { return }
    guard kind == S_IFSOCK else {
      throw StartError("socket \(path): there is a file that is no socket; remove it or choose another --socket")
    }
    guard try !isAnswered() else {
      throw StartError("socket \(path): another process listens there; stop it or choose another --socket")
    }
    guard unlink(path) == 0 || errno == ENOENT else {
      throw StartError("socket \(path): the stale socket cannot be removed: \(Errno(rawValue: errno))")
    }
  }

  /// Opens the bound socket to its group: 0660.
  func publish() throws(StartError) {
    guard chown(path, 0, group ?? 0) == 0, chmod(path, 0o660) == 0 else {
      throw StartError("socket \(path): its owner and mode cannot be set: \(Errno(rawValue: errno))")
    }
  }

  /// Removes the socket. What fails here is left to the next start, which replaces a stale socket.
  func remove() { unlink(path) }

  private func makeDirectory() throws(StartError) {
    let directory = FilePath(path).removingLastComponent()
    var parent = FilePath("/")
    for component in directory.removingLastComponent().components {
      parent.append(component)
      _ = try make(parent.string, mode: 0o755)
    }
    guard try make(directory.string, mode: 0o750) else { return }
    // Without these the directory is root's alone, and the group has no way in: safe, and seen at once.
    if group == nil { chmod(directory.string, 0o700) } else { chown(directory.string, 0, group ?? 0) }
  }

  /// Whether the directory is new.
  private func make(_ directory: String, mode: mode_t) throws(StartError) -> Bool {
    if mkdir(directory, mode) == 0 { return true }
    guard errno == EEXIST else {
      throw StartError("socket \(path): \(directory) cannot be made: \(Errno(rawValue: errno))")
    }
    return false
  }

  private func kindOfFile() throws(StartError) -> mode_t? {
    var status = stat()
    if lstat(path, &status) == 0 { return status.st_mode & S_IFMT }
    guard errno == ENOENT else { throw StartError("socket \(path): \(Errno(rawValue: errno))") }
    return nil
  }

  private func isAnswered() throws(StartError) -> Bool {
    guard let (address, length) = sockaddr_un.named(path) else {
      throw StartError("socket \(path): the path is too long")
    }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw StartError("socket \(path): \(Errno(rawValue: errno))") }
    defer { close(descriptor) }
    let result = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
    }
    // A full queue is a listener too; a refusal is a file that nobody listens at.
    return result == 0 || (errno != ECONNREFUSED && errno != ENOENT)
  }
}

/// Why the daemon does not start, in one line.
struct StartError: Error, Equatable, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
