import CLinux
import Glibc

/// The two ends of a pipe, both closed on execution from the beginning (pipe2's O_CLOEXEC).
package struct Pipe: ~Copyable {
  /// One of the ends.
  package enum End { case read, write }

  /// Where the bytes come out.
  package let read: OwnedDescriptor
  /// Where the bytes go in.
  package let write: OwnedDescriptor

  /// Creates a pipe; calls on the end that is named return instead of blocking (O_NONBLOCK).
  package init(nonBlocking end: End? = nil) throws(KernelError) {
    var ends: [CInt] = [-1, -1]
    try retrying("create", "pipe") { clinux_pipe(&ends) }
    // The only flag that can be set here; on an open descriptor it cannot fail.
    if let end { _ = fcntl(ends[end == .read ? 0 : 1], F_SETFL, O_NONBLOCK) }
    read = OwnedDescriptor(ends[0])
    write = OwnedDescriptor(ends[1])
  }

  /// Keeps the end for writing and closes the other one.
  package consuming func takeWrite() -> OwnedDescriptor { write }

  /// Keeps the end for reading and closes the other one.
  package consuming func takeRead() -> OwnedDescriptor { read }
}
