import CLinux
import Glibc
import Synchronization
public import SystemPackage

/// A running pause, which ends with this object unless it has been committed.
public final class StartedPause: Sendable {
  /// The process. Once committed, whoever ends it also reaps it.
  public let process: ProcessHandle
  /// Why oom_score_adj could not be set, `nil` when it was: EACCES without CAP_SYS_RESOURCE.
  public let oomScoreError: Errno?

  private let socket: Mutex<OwnedDescriptor?>

  init(_ process: ProcessHandle, socket: consuming OwnedDescriptor, oomError: Errno?) {
    self.process = process
    self.socket = Mutex(socket)
    oomScoreError = oomError
  }

  deinit {
    // Taken means closed at the end of the closure.
    let wasUncommitted = socket.withLock { socket in
      guard let descriptor = socket.take() else { return false }
      _ = consume descriptor
      return true
    }
    if wasUncommitted { process.reapInBackground() }
  }

  /// Lets pause live on when this object or this process ends. Idempotent.
  ///
  /// EPIPE when pause has exited already.
  public func commit() throws(KernelError) {
    guard let descriptor = socket.withLock({ $0.take() }) else { return }
    do throws(KernelError) {
      var failure: KernelError?
      withUnsafeBytes(of: UInt8(0)) { byte in
        do throws(KernelError) {
          try descriptor.send(byte, "commit", "pause \(process.identity.pid)")
        } catch { failure = error }
      }
      if let failure { throw failure }
    } catch {
      // Nobody else will: it is no longer uncommitted.
      process.reapInBackground()
      throw error.errno == .brokenPipe ? error.advising("it has exited") : error
    }
  }
}
