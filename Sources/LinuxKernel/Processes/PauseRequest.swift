import CSpawn
import Glibc
import Synchronization
import SystemPackage

/// One start of a pause, between the thread that asks for it and the spawner's.
final class PauseRequest: Sendable {
  let spawn: SpawnRequest
  let specification: PauseSpecification
  // Written before the request is handed over, read by the child.
  nonisolated(unsafe) private let pause: UnsafeMutablePointer<cspawn_pause>
  nonisolated(unsafe) private let hostname: UnsafeMutablePointer<CChar>?
  nonisolated(unsafe) private let oomScore: UnsafeMutablePointer<CChar>?
  nonisolated(unsafe) private let groups: UnsafeMutablePointer<UInt32>
  // Keeps the binary open.
  private let resources: PauseSpawner.Resources
  /// Which of the spawner's threads has begun it, and when.
  private let begun = Mutex<(generation: Int, at: SuspendingClock.Instant)?>(nil)

  init(
    _ specification: PauseSpecification, _ resources: PauseSpawner.Resources, _ sockets: borrowing SocketPair,
    entry: consuming CgroupEntry
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
    pause.pointee.socket = sockets.theirs.raw
    pause.pointee.peer = sockets.ours.raw
    pause.pointee.network_namespace = specification.networkNamespace?.raw ?? -1
    // Inside a user namespace the child could not lower its score: it is set together with the maps.
    pause.pointee.proc = specification.userNamespace == nil ? resources.proc.raw : -1
    pause.pointee.oom_score_adj = UnsafePointer(oomScore)
    pause.pointee.hostname = UnsafePointer(hostname)
    (pause.pointee.groups, pause.pointee.groups_count) = (UnsafePointer(groups), groupCount)
    spawn.pointer.pointee.pause = UnsafePointer(pause)
    // It waits in the socket. Where there is a user namespace, it comes when that has its maps.
    if specification.userNamespace == nil { try sendMessage(sockets.ours) }
  }

  deinit {
    free(hostname)
    free(oomScore)
    groups.deallocate()
    pause.deallocate()
  }

  /// The spawner's thread that has begun it.
  var generation: Int? { begun.withLock { $0?.generation } }

  /// On the spawner's thread.
  func run(_ generation: Int, _ stack: UnsafeMutableRawPointer) {
    begun.withLock { $0 = (generation, .now) }
    guard cspawn_begin(spawn.pointer) else { return }
    _ = spawn.start(stack)
    if !cspawn_finish(spawn.pointer) { spawn.clearAway() }
  }

  /// Why oom_score_adj could not be set.
  var oomError: Errno? {
    let code = spawn.pointer.pointee.oom_error
    return code == 0 ? nil : Errno(rawValue: code)
  }

  /// When the spawner counts as silent, as far as is known now.
  private var deadline: SuspendingClock.Instant {
    (begun.withLock { $0?.at } ?? .now).advanced(by: PauseSpawner.patience)
  }

  /// On the thread that asked: waits for the end, and helps a user namespace into being meanwhile.
  func await(_ threads: SpawnerThreads, _ socket: borrowing OwnedDescriptor) throws(KernelError) {
    var failure: KernelError?
    var known = CSPAWN_QUEUED.rawValue
    while true {
      let deadline = deadline
      let state = cspawn_await(spawn.pointer, known, Poll.milliseconds(until: deadline))
      if state == CSPAWN_DONE.rawValue { break }
      if state == CSPAWN_WAITS_FOR_MAPS.rawValue, known != state {
        do throws(KernelError) {
          try writeMaps()
          try sendMessage(socket)
        } catch {
          failure = error
          shutdown(socket.raw, CInt(SHUT_RDWR))
        }
      } else if state == known, deadline <= .now {
        try lookAfter(threads, hasBegun: state != CSPAWN_QUEUED.rawValue)
      }
      known = state
    }
    if let failure { throw failure }
    guard spawn.pointer.pointee.error == 0 else { throw spawn.failure("start pause", describeSubject()) }
  }

  /// Nothing has come for too long: gives the request up, or sees that somebody serves it.
  private func lookAfter(_ threads: SpawnerThreads, hasBegun: Bool) throws(KernelError) {
    guard hasBegun else {
      do throws(KernelError) { try threads.ensureThread() } catch {
        if cspawn_abandon(spawn.pointer) { throw error }
      }
      return
    }
    guard cspawn_abandon(spawn.pointer) else { return }
    let step = String(cString: cspawn_step_name(cspawn_step(UInt32(bitPattern: spawn.pointer.pointee.step))))
    var outcome = "it was killed, and another spawner goes on"
    do throws(KernelError) { try threads.replace(serving: self) } catch {
      outcome = "it was killed, and there is no other spawner yet: \(error)"
    }
    throw KernelError(
      errno: .timedOut, operation: "start pause (\(step))", subject: describeSubject(),
      remedy: "the child was silent for \(PauseSpawner.patience): \(outcome)")
  }

  /// On the thread that asked: waits until pause has given up what it shall not have.
  func awaitAnswer(_ socket: borrowing OwnedDescriptor) throws(KernelError) {
    guard Poll.isReadable(socket.raw, until: .now.advanced(by: PauseSpawner.patience)) else {
      throw KernelError(
        errno: .timedOut, operation: "start pause (answer)", subject: describeSubject(),
        remedy: "pause was silent for \(PauseSpawner.patience) and was killed: does a process of user"
          + " \(specification.uid) stop it?")
    }
    var refusal = cspawn_refusal()
    let raw = socket.raw
    let count = recv(raw, &refusal, MemoryLayout<cspawn_refusal>.size, 0)
    if count == 1 { return }
    guard count == MemoryLayout<cspawn_refusal>.size else {
      throw SpawnRequest.failure(CInt(CSPAWN_MESSAGE.rawValue), ECHILD, "start pause", describeSubject())
    }
    throw SpawnRequest.failure(refusal.step, refusal.error, "start pause", describeSubject())
  }

  func describeSubject() -> String {
    var parts = [resources.path]
    if let hostname = specification.hostname { parts.append("hostname \(hostname)") }
    if let cgroup = specification.cgroup { parts.append("cgroup \(cgroup.path)") }
    return parts.joined(separator: ", ")
  }
}
