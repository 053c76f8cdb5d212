import CLinux
import CSpawn
import Glibc
import Synchronization
import SystemPackage

/// The requests for pauses, and the thread that serves them one after the other; one that does not come back is written off
/// and replaced.
final class SpawnerThreads: Sendable {
  private struct State {
    var requests: [PauseRequest] = []
    /// The thread that serves the requests; those before it are written off.
    var generation = 0
    var hasThread = false
    /// It waits for a request, and nobody has woken it.
    var idleThread: pid_t?
    var isClosed = false
  }

  private enum Turn {
    case serve(PauseRequest)
    case end
    case superseded
    case nothing
  }

  private let state = Mutex(State())
  /// One signal for each request, and one for the end.
  private let semaphore = Semaphore()
  /// The processors that this process may use.
  private let processors = clinux_processors()

  init() throws(KernelError) { try ensureThread() }

  /// False when it is closed: the request will not be served.
  ///
  /// The thread serves it beside the one that asks, on another processor: see ``DedicatedThread``.
  func append(_ request: PauseRequest) -> Bool {
    let (accepted, idle) = state.withLock { state in
      guard !state.isClosed else { return (false, pid_t?.none) }
      state.requests.append(request)
      return (true, state.idleThread.take())
    }
    if let idle { clinux_thread_wake_elsewhere(idle) }
    if accepted { semaphore.signal() }
    return accepted
  }

  /// Lets the thread end after the requests that are there; idempotent.
  func close() {
    state.withLock { $0.isClosed = true }
    semaphore.signal()
  }

  /// Writes off the thread that serves the request, and starts another one.
  func replace(serving request: PauseRequest) throws(KernelError) {
    let isServed = state.withLock { state in
      guard request.generation == state.generation, state.hasThread else { return false }
      state.generation += 1
      state.hasThread = false
      return true
    }
    if isServed { try ensureThread() }
  }

  /// Starts a thread where there is none, as after a replacement that failed.
  func ensureThread() throws(KernelError) {
    let generation: Int? = state.withLock { state in
      guard !state.hasThread else { return nil }
      state.hasThread = true
      return state.generation
    }
    guard let generation else { return }
    do throws(KernelError) {
      try start(generation)
    } catch {
      state.withLock { if $0.generation == generation { $0.hasThread = false } }
      throw error
    }
  }

  private func start(_ generation: Int) throws(KernelError) {
    let stack = try SpawnStack()
    let outcome = Handoff<KernelError?>()
    // The thread holds its queue for as long as it runs; `close()` ends it.
    try DedicatedThread.start(name: "berth-spawner", stackSize: 128 << 10) { [self] in
      let failure = Self.enterEmptyNamespace()
      outcome.give(failure)
      if failure == nil { run(generation, stack) }
    }
    if let failure = outcome.take() { throw failure }
  }

  private func run(_ generation: Int, _ stack: SpawnStack) {
    // One that was written off does not wait again when it comes back at last.
    while state.withLock({ $0.generation == generation }) {
      state.withLock { if $0.generation == generation { $0.idleThread = clinux_thread_id() } }
      semaphore.wait()
      let turn: Turn = state.withLock { state in
        guard state.generation == generation else { return .superseded }
        state.idleThread = nil
        guard !state.requests.isEmpty else { return state.isClosed ? .end : .nothing }
        return .serve(state.requests.removeFirst())
      }
      switch turn {
      case .serve(let request):
        // Its children inherit where it may run.
        clinux_set_processors(processors)
        request.run(generation, stack.memory)
      case .nothing: continue
      case .end: return
      // The signal was for the thread that has taken over.
      case .superseded: return semaphore.signal()
      }
    }
  }

  private static func enterEmptyNamespace() -> KernelError? {
    var step: UnsafePointer<CChar>?
    guard clinux_mount_enter_empty_namespace(&step) != 0 else { return nil }
    let error = KernelError.last("prepare", "the spawner's mount namespace", remedy: "starting sandboxes needs root")
    guard let step else { return error }
    return KernelError(
      errno: error.errno, operation: String(cString: step), subject: "for \(error.subject)", remedy: error.remedy)
  }
}

/// The stack that the children of one thread borrow, one after the other.
final class SpawnStack: Sendable {
  // Its address never changes.
  nonisolated(unsafe) let memory: UnsafeMutableRawPointer

  init() throws(KernelError) {
    guard let memory = cspawn_stack_create() else { throw KernelError.last("allocate", "stack for a child") }
    self.memory = memory
  }

  deinit { cspawn_stack_destroy(memory) }
}
