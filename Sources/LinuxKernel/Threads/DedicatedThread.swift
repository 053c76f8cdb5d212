import CLinux
import Glibc
import SystemPackage

/// Runs a blocking closure on a thread of its own, never on the cooperative pool.
public enum DedicatedThread {
  /// Runs the closure on a new thread and returns what it returns.
  ///
  /// The task's cancellation does not reach the closure. Where the machine has no thread to spare (EAGAIN), it is tried
  /// again every ten milliseconds. `name` is cut off after 15 bytes; `stackSize` is in bytes.
  public static func run<T: Sendable, E: Error>(
    name: StaticString = "berth-blocking", stackSize: Int = 256 << 10, _ body: @escaping @Sendable () throws(E) -> T
  ) async throws(E) -> T {
    let result: Result<T, E> = await start(name, stackSize) { () -> Result<T, E> in
      do throws(E) { return .success(try body()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// Runs the closure on a new thread and does not wait for it.
  ///
  /// With `elsewhere` it runs beside the calling thread from the beginning: on another processor, where there is one. Left to
  /// itself the kernel often queues it behind the thread that starts it, above all in a virtual machine, whose idle
  /// processors do not count as idle.
  public static func start(
    name: StaticString = "berth-blocking", stackSize: Int = 256 << 10, elsewhere: Bool = false,
    _ body: @escaping @Sendable () -> Void
  ) throws(KernelError) {
    let code = Thread.launch(name, stackSize, detached: true, elsewhere: elsewhere, body).code
    guard code == 0 else { throw Thread.failure(code, name) }
  }

  /// Lets others that wait for this processor go first (sched_yield(2)).
  public static func yield() { sched_yield() }

  private static func start<R: Sendable>(
    _ name: StaticString, _ stackSize: Int, _ body: @escaping @Sendable () -> R
  ) async -> R {
    while true {
      let result: R? = await withUnsafeContinuation { continuation in
        let (code, _) = Thread.launch(name, stackSize, detached: true) { continuation.resume(returning: body()) }
        if code != 0 { continuation.resume(returning: nil) }
      }
      if let result { return result }
      // In a task of its own, since a cancelled one does not sleep; its result says nothing.
      await Task { try? await Task.sleep(for: .milliseconds(10)) }.value
    }
  }
}

/// pthread_create with a closure.
enum Thread {
  private final class Body {
    let name: StaticString
    let run: @Sendable () -> Void

    init(_ name: StaticString, _ run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// The error number (pthread functions do not set errno) and, when that is 0, the thread.
  static func launch(
    _ name: StaticString, _ stackSize: Int, detached: Bool, elsewhere: Bool = false,
    _ run: @escaping @Sendable () -> Void
  ) -> (code: CInt, thread: pthread_t) {
    var attributes = pthread_attr_t()
    var code = pthread_attr_init(&attributes)
    guard code == 0 else { return (code, 0) }
    defer { pthread_attr_destroy(&attributes) }
    code = pthread_attr_setstacksize(&attributes, stackSize)
    precondition(code == 0, "a stack of \(stackSize) bytes is too small")
    pthread_attr_setdetachstate(&attributes, CInt(detached ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE))
    if elsewhere { clinux_thread_attributes_set_elsewhere(&attributes) }
    let body = Unmanaged.passRetained(Body(name, run))
    var thread = pthread_t()
    code = pthread_create(&thread, &attributes, { Thread.main($0) }, body.toOpaque())
    if code != 0 { body.release() }
    return (code, thread)
  }

  private static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
    body.name.withUTF8Buffer { bytes in
      let short = bytes.prefix(15).map { CChar(bitPattern: $0) } + [0]
      clinux_set_thread_name(short)
    }
    clinux_unblock_child_signal()
    body.run()
    return nil
  }

  static func failure(_ code: CInt, _ name: StaticString) -> KernelError {
    KernelError(
      errno: Errno(rawValue: code), operation: "start thread", subject: "\(name)",
      remedy: code == EAGAIN ? "the limit of threads or processes is reached: see pids.max, RLIMIT_NPROC" : nil)
  }
}
