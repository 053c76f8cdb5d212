import CNftnl
import SystemPackage

/// An object of libnftnl with one owner, who frees it unless he hands it over.
struct LibraryObject: ~Copyable {
  let pointer: OpaquePointer
  private let free: @convention(c) (OpaquePointer?) -> Void

  /// Takes what an allocating function gave; ENOMEM when that is nothing.
  init(_ pointer: OpaquePointer?, free: @escaping @convention(c) (OpaquePointer?) -> Void) throws(Errno) {
    guard let pointer else { throw .noMemory }
    self.pointer = pointer
    self.free = free
  }

  deinit { free(pointer) }

  /// Gives the object to another owner, one of libnftnl's.
  consuming func handOver() -> OpaquePointer {
    let pointer = pointer
    discard self
    return pointer
  }
}

/// Throws where a setter of libnftnl, which copies what it is given, found no memory.
func checked(_ status: Int32) throws(Errno) {
  guard status == 0 else { throw .noMemory }
}
