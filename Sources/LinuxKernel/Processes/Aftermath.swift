import CLinux
import Glibc

/// What is to be done once this process is over, however it ends: by a process that waits for that and has nothing else open.
///
/// For a process that has a single thread.
package final class Aftermath {
  private let pid: CInt
  private var end: SharedDescriptor?

  /// From here on the closure is run, in a copy of this process as it is now, when this one ends or concludes.
  package init(_ body: () -> Void) throws(KernelError) {
    let pipe = try Pipe()
    let null = try OwnedDescriptor.open("/dev/null", O_RDWR)
    let child = try retrying("fork", "what clears up afterwards") { clinux_fork() }
    if child == 0 {
      // Whoever ends the one that is waited for, from a terminal or by its group, does not mean this one.
      setsid()
      for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_IGN) }
      guard clinux_place_descriptors(null.raw, pipe.read.raw) == 0 else { _exit(1) }
      var byte: UInt8 = 0
      while Glibc.read(3, &byte, 1) < 0, errno == EINTR {}
      body()
      _exit(0)
    }
    pid = child
    end = SharedDescriptor(pipe.takeWrite())
  }

  /// Has it done now, and waits for that.
  package func conclude() {
    guard end != nil else { return }
    end = nil
    var status: CInt = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
  }
}
