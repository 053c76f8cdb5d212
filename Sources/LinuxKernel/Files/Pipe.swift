import CLinux

/// The two ends of a pipe, both closed on execution.
struct Pipe: ~Copyable {
  let read: OwnedDescriptor
  let write: OwnedDescriptor

  init() throws(KernelError) {
    var ends: [CInt] = [-1, -1]
    try retrying("create", "pipe") { clinux_pipe(&ends) }
    read = OwnedDescriptor(ends[0])
    write = OwnedDescriptor(ends[1])
  }
}

extension Pipe {
  /// Keeps the end for writing and closes the other one.
  consuming func takeWrite() -> OwnedDescriptor { write }

  /// Keeps the end for reading and closes the other one.
  consuming func takeRead() -> OwnedDescriptor { read }
}
