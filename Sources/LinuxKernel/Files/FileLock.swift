import Glibc
import SystemPackage

/// An exclusive lock on a file (flock), held until the object ends or the process dies.
public final class FileLock: Sendable {
  private let descriptor: OwnedDescriptor

  private init(_ descriptor: consuming OwnedDescriptor) {
    self.descriptor = descriptor
  }

  /// Takes the lock, creating the file (0600) where it is missing, and tries for `retryFor` while somebody else holds it.
  ///
  /// The file stays when the lock is released. Fails with EWOULDBLOCK when the time is over, with ECANCELED when it is
  /// cancelled.
  public static func acquire(
    _ path: String, retryFor: Duration = .seconds(2), every interval: Duration = .milliseconds(10),
    _ cancellation: Cancellation? = nil
  ) throws(KernelError) -> FileLock {
    let deadline = SuspendingClock.now.advanced(by: retryFor)
    while true {
      let file = try OwnedDescriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
      if try isLocked(file.raw, path), isCurrent(file.raw, path) { return FileLock(file) }
      guard SuspendingClock.now < deadline else {
        throw KernelError(
          errno: .wouldBlock, operation: "lock", subject: path,
          remedy: "another process holds the lock; see fuser \(path)")
      }
      // The kernel tells nobody that a lock is free again.
      guard !Poll.wait(for: [(cancellation?.raw, POLLIN)], until: .now + interval)[0] else {
        throw KernelError(errno: .canceled, operation: "lock", subject: path)
      }
    }
  }

  /// Takes the lock of a directory that exists; nil where somebody else holds it, or the directory is gone.
  package static func ofDirectory(_ path: String) throws(KernelError) -> FileLock? {
    let directory = try OwnedDescriptor.open(path, O_RDONLY | O_DIRECTORY)
    guard try isLocked(directory.raw, path), isCurrent(directory.raw, path) else { return nil }
    return FileLock(directory)
  }

  /// Takes a lock on an open file, and tries for so long; false when somebody else holds it all the time.
  @discardableResult
  static func tryFor(_ patience: Duration, _ raw: CInt, _ path: String) throws(KernelError) -> Bool {
    let deadline = SuspendingClock.now.advanced(by: patience)
    while try !isLocked(raw, path) {
      guard SuspendingClock.now < deadline else { return false }
      usleep(10_000)
    }
    return true
  }

  private static func isLocked(_ raw: CInt, _ path: String) throws(KernelError) -> Bool {
    do throws(KernelError) {
      try retrying("lock", path) { flock(raw, LOCK_EX | LOCK_NB) }
      return true
    } catch {
      guard error.errno == .wouldBlock else { throw error }
      return false
    }
  }

  /// False when the locked file is no longer the one at the path: a lock on it would exclude nobody.
  private static func isCurrent(_ raw: CInt, _ path: String) -> Bool {
    var locked = stat()
    var named = stat()
    guard fstat(raw, &locked) == 0, stat(path, &named) == 0 else { return false }
    return locked.st_dev == named.st_dev && locked.st_ino == named.st_ino
  }
}
