import CNIPlugin
import Glibc
import LinuxKernel
import Synchronization
import SystemPackage
import Testing

@testable import NetworkPlugins

/// Who waits for whom where several threads give addresses at once.
@Suite(.timeLimit(.minutes(1))) struct ReservationTurnsTests {
  private let pool: Pool
  init() throws { pool = try Pool() }

  private func directory(_ name: String) throws -> ReservationDirectory {
    try Directories.make(pool.path + "/" + name, mode: 0o755)
    return ReservationDirectory(pool.path + "/" + name)
  }

  /// Waits until so many wait for the directory; false when it does not come to that.
  private func isAwaited(_ directory: ReservationDirectory, by count: Int = 1) -> Bool {
    for _ in 0..<5000 where ReservationTurns.shared.count(directory.path) != count { usleep(1000) }
    return ReservationTurns.shared.count(directory.path) == count
  }

  private func waiter(_ directory: ReservationDirectory, _ cancellation: Cancellation? = nil) -> Task<
    KernelError?, Never
  > {
    Task {
      let failure = Mutex<KernelError?>(nil)
      await DedicatedThread.run(name: "turn", stackSize: 1 << 18) {
        do throws(KernelError) {
          try directory.locked(cancellation) {}
        } catch {
          failure.withLock { $0 = error }
        }
      }
      return failure.withLock { $0 }
    }
  }

  @Test func aLockedNetworkHoldsUpNoOther() async throws {
    let (locked, other) = (try directory("locked"), try directory("other"))
    let lock = try FileLock.acquire(locked.path + "/lock")
    let cancellation = try Cancellation()
    let (first, second) = (waiter(locked, cancellation), waiter(locked, cancellation))
    #expect(isAwaited(locked), "one has the turn and tries for the lock, the other waits for the turn")
    let start = SuspendingClock.now
    try other.locked(nil) {}
    #expect(start.duration(to: .now) < .seconds(5))
    cancellation.cancel()
    for failure in [await first.value, await second.value] { #expect(failure?.errno == .canceled) }
    #expect(start.duration(to: .now) < .seconds(5), "whoever waits for a turn hears of its cancellation")
    withExtendedLifetime(lock) {}
    #expect(ReservationTurns.shared.count(locked.path) == 0)
  }

  @Test func theTurnIsHandedOn() async throws {
    let directory = try directory("a")
    var waiters: [Task<KernelError?, Never>] = []
    let cancelled = try Cancellation()
    try directory.locked(nil) { () throws(KernelError) in
      waiters = (0..<3).map { waiter(directory, $0 == 1 ? cancelled : nil) }
      #expect(isAwaited(directory, by: 3))
      cancelled.cancel()
      #expect(isAwaited(directory, by: 2))
    }
    var failures: [KernelError?] = []
    for waiter in waiters { failures.append(await waiter.value) }
    #expect(failures.map { $0?.errno } == [nil, .canceled, nil])
    try directory.locked(nil) {}
  }

  @Test func patienceEndsInATurnToo() throws {
    let turns = ReservationTurns()
    try turns.begin("a", until: .now, nil)
    let error = #expect(throws: KernelError.self) { try turns.begin("a", until: .now + .milliseconds(20), nil) }
    #expect(error?.errno == .wouldBlock && turns.count("a") == 0)
    turns.end("a")
    try turns.begin("a", until: .now, nil)
    turns.end("a")
  }
}
