import Glibc
import LinuxKernel
import SystemPackage

/// The directories that are the daemon's own: made by it, or given to it empty; never taken over from others.
enum DaemonDirectories {
  /// The configuration with canonical paths whose directories exist.
  ///
  /// - Throws: `failedPrecondition` when a directory is somebody else's; what the kernel says.
  static func prepared(_ given: SandboxServiceConfiguration) throws -> SandboxServiceConfiguration {
    var configuration = given
    configuration.root = try Directories.canonical(given.root)
    configuration.state = try Directories.canonical(given.state)
    configuration.networkNamespaceDirectory = try Directories.canonical(given.networkNamespaceDirectory)
    guard configuration.root != configuration.state else {
      throw SandboxError(
        .failedPrecondition,
        "\(configuration.root) is given both for the records (--root) and for the state of this boot (--state); give each a directory of its own"
      )
    }
    try adopt(configuration.root, flag: "--root", knownBy: ["instance", "sandboxes"])
    try adopt(configuration.state, flag: "--state", knownBy: ["sandboxes"])
    try Directories.create(configuration.root, mode: 0o700)
    try Directories.create(configuration.state, mode: given.group == nil ? 0o700 : 0o750, group: given.group)
    return configuration
  }

  /// Holds both directories for as long as the locks live.
  static func lock(_ configuration: SandboxServiceConfiguration) throws -> [FileLock] {
    try [configuration.root, configuration.state].map { try lock($0 + "/lock") }
  }

  private static func lock(_ path: String) throws -> FileLock {
    do throws(KernelError) {
      return try FileLock.acquire(path, retryFor: .seconds(2))
    } catch {
      guard error.errno == .resourceTemporarilyUnavailable else { throw error }
      throw SandboxError(
        .failedPrecondition,
        "another berthd uses these directories: it holds \(path); stop it, or give this one --root and --state of its own"
      )
    }
  }

  /// Refuses a directory that exists and is not root's alone, or was not made by berthd and is not empty: its mode and its
  /// owner are left as they are.
  private static func adopt(_ path: String, flag: String, knownBy marks: [String]) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    func refused(_ reason: String) -> SandboxError {
      SandboxError(
        .failedPrecondition,
        "\(flag) \(path): \(reason); give a directory that does not exist yet, or an empty one of root's")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw refused("it is not a directory") }
    let names = try Directories.names(in: path)
    // What berthd has made is known by what is in it; whoever may write to it could have put that there.
    let others = names.filter { $0 != "lost+found" && $0 != "lock" && !isOwn($0) }
    guard names.contains(where: marks.contains) || others.isEmpty else {
      throw refused("it was not made by berthd and holds \(others.sorted()[0])")
    }
    guard status.st_uid == getuid() else { throw refused("it belongs to user \(status.st_uid)") }
    guard status.st_mode & 0o022 == 0 else { throw refused("others may write to it") }
  }

  /// What berthd itself may have put into the state directory before: its socket.
  private static func isOwn(_ name: String) -> Bool { name == "berth.sock" || name.hasPrefix(".berth-") }
}
