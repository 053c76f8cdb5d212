import CSpawn
import Glibc
import SystemPackage

extension PauseRequest {
  /// Tells pause what to become.
  func sendMessage(_ socket: borrowing OwnedDescriptor) throws(KernelError) {
    let filter = specification.seccomp ?? []
    guard filter.count <= CSPAWN_FILTER_LIMIT else {
      throw KernelError(
        errno: .invalidArgument, operation: "start pause", subject: describeSubject(),
        remedy: "its filter has \(filter.count) instructions, at most \(CSPAWN_FILTER_LIMIT) are taken")
    }
    let head = [specification.uid, specification.gid, UInt32(filter.count), 0]
    let message = head.withUnsafeBytes(Array.init) + filter.withUnsafeBytes(Array.init)
    var failure: KernelError?
    message.withUnsafeBytes { bytes in
      do throws(KernelError) { try socket.send(bytes, "tell pause", "what to become") } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Gives the child's user namespace its users and groups; the score comes along.
  func writeMaps() throws(KernelError) {
    guard let mapping = specification.userNamespace else { return }
    let directory = "/proc/\(spawn.pointer.pointee.pid)"
    try Self.write(Self.lines(mapping.uids), to: directory + "/uid_map")
    try Self.write(Self.lines(mapping.gids), to: directory + "/gid_map")
    do throws(KernelError) {
      try Self.write("\(specification.oomScoreAdjustment)", to: directory + "/oom_score_adj")
    } catch {
      spawn.pointer.pointee.oom_error = error.errno.rawValue
    }
  }

  private static func lines(_ ranges: [UserNamespaceMapping.Range]) -> String {
    ranges.map { "\($0.containerID) \($0.hostID) \($0.length)\n" }.joined()
  }

  /// The kernel takes a map in one write only.
  private static func write(_ text: String, to path: String) throws(KernelError) {
    let file = try OwnedDescriptor.open(path, O_WRONLY)
    let raw = file.raw
    let bytes = Array(text.utf8)
    try retrying("write", path) { Glibc.write(raw, bytes, bytes.count) }
  }
}
