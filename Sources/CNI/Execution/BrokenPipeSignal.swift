import Glibc

/// Keeps SIGPIPE from the calling thread for a while: writing to a plugin that has closed its end must be an error, not the
/// end of this process.
struct BrokenPipeSignal {
  private static var signals: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    return signals
  }

  private var before = sigset_t()
  private let wasPending: Bool

  /// Blocks the signal on the calling thread.
  init() {
    wasPending = Self.isPending
    var signals = Self.signals
    pthread_sigmask(SIG_BLOCK, &signals, &before)
  }

  /// Puts the thread's mask back, and takes the signal that came meanwhile.
  func restore() {
    var signals = Self.signals
    var now = timespec()
    if !wasPending, Self.isPending { sigtimedwait(&signals, nil, &now) }
    var before = before
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }

  private static var isPending: Bool {
    var pending = sigset_t()
    sigpending(&pending)
    return sigismember(&pending, SIGPIPE) == 1
  }
}
