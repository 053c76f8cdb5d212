import CSpawn
import Glibc
import SystemPackage

/// One start of a pause, between the thread that asks for it and the spawner's.
final class PauseRequest: Sendable {
  let spawn: SpawnRequest
  // Written before the request is handed over, read by the child.
  nonisolated(unsafe) private let pause: UnsafeMutablePointer<cspawn_pause>
  nonisolated(unsafe) private let hostname: UnsafeMutablePointer<CChar>?
  nonisolated(unsafe) private let oomScore: UnsafeMutablePointer<CChar>?
  nonisolated(unsafe) private let groups: UnsafeMutablePointer<UInt32>
  // Keeps the filter and the binary alive.
  private let resources: PauseSpawner.Resources
  private let specification: PauseSpecification

  init(
    _ specification: PauseSpecification, _ resources: PauseSpawner.Resources, pipe: CInt, entry: consuming CgroupEntry
  ) throws(KernelError) {
    if let hostname = specification.hostname { try CStrings.check(hostname, subject: "pause") }
    spawn = try SpawnRequest(arguments: ["/pause"], environment: [], cgroup: entry, subject: "pause")
    self.resources = resources
    self.specification = specification
    hostname = specification.hostname.flatMap { strdup($0) }
    oomScore = strdup("\(specification.oomScoreAdjustment)")
    let groupCount = specification.supplementalGroups.count
    groups = .allocate(capacity: max(1, groupCount))
    for (index, group) in specification.supplementalGroups.enumerated() { (groups + index).initialize(to: group) }
    pause = .allocate(capacity: 1)
    pause.initialize(to: cspawn_pause())
    pause.pointee.namespaces = specification.namespaces.rawValue & 0xF
    if specification.networkNamespace != nil { pause.pointee.namespaces &= ~CSPAWN_NEW_NETWORK.rawValue }
    if specification.userNamespace != nil { pause.pointee.namespaces |= CSPAWN_NEW_USER.rawValue }
    pause.pointee.binary = resources.binary.raw
    pause.pointee.null = resources.null.raw
    pause.pointee.pipe = pipe
    pause.pointee.network_namespace = specification.networkNamespace?.raw ?? -1
    // Inside a user namespace the child could not lower its score: it is set together with the maps.
    pause.pointee.proc = specification.userNamespace == nil ? resources.proc.raw : -1
    pause.pointee.oom_score_adj = UnsafePointer(oomScore)
    pause.pointee.hostname = UnsafePointer(hostname)
    (pause.pointee.uid, pause.pointee.gid) = (specification.uid, specification.gid)
    (pause.pointee.groups, pause.pointee.groups_count) = (UnsafePointer(groups), groupCount)
    if specification.seccomp {
      pause.pointee.filter = UnsafeRawPointer(resources.filter.baseAddress)
      pause.pointee.filter_length = UInt16(resources.filter.count)
    }
    spawn.pointer.pointee.pause = UnsafePointer(pause)
  }

  deinit {
    free(hostname)
    free(oomScore)
    groups.deallocate()
    pause.deallocate()
  }

  /// On the spawner's thread.
  func run(_ stack: UnsafeMutableRawPointer) {
    cspawn_start(spawn.pointer, stack)
    cspawn_finish(spawn.pointer)
  }

  /// On the thread that asked: waits for the end, and helps a user namespace into being meanwhile.
  func await() throws(KernelError) {
    var failure: KernelError?
    var state = cspawn_await(spawn.pointer, CSPAWN_RUNNING.rawValue)
    if state == CSPAWN_WAITS_FOR_MAPS.rawValue {
      do throws(KernelError) {
        try writeMaps()
        cspawn_maps_written(spawn.pointer)
      } catch {
        failure = error
        cspawn_maps_failed(spawn.pointer, error.errno.rawValue)
      }
      repeat { state = cspawn_await(spawn.pointer, state) } while state != CSPAWN_DONE.rawValue
    }
    if let failure { throw failure }
    guard spawn.pointer.pointee.error == 0 else { throw spawn.failure("start pause", describeSubject()) }
  }

  /// Why oom_score_adj could not be set.
  var oomError: Errno? {
    let code = spawn.pointer.pointee.oom_error
    return code == 0 ? nil : Errno(rawValue: code)
  }

  private func writeMaps() throws(KernelError) {
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

  private func describeSubject() -> String {
    var parts = [resources.path]
    if let hostname = specification.hostname { parts.append("hostname \(hostname)") }
    if let cgroup = specification.cgroup { parts.append("cgroup \(cgroup.path)") }
    return parts.joined(separator: ", ")
  }
}
