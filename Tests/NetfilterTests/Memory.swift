import Glibc
import SystemPackage

/// Bytes that the process has allocated and not freed, by malloc_info(3).
func allocatedBytes() throws -> Int {
  // The Glibc module leaves the function out.
  guard let address = dlsym(nil, "malloc_info") else { throw Errno(rawValue: ENOSYS) }
  typealias MallocInfo = @convention(c) (Int32, OpaquePointer) -> Int32
  let mallocInfo = unsafeBitCast(address, to: MallocInfo.self)
  var text: UnsafeMutablePointer<CChar>?
  var size = 0
  guard let stream = open_memstream(&text, &size) else { throw Errno(rawValue: errno) }
  _ = mallocInfo(0, OpaquePointer(stream))
  fclose(stream)
  defer { free(text) }
  // The sums over all arenas stand last.
  let words = text.map { String(cString: $0) } ?? ""
  func last(_ start: String) -> Int {
    guard let line = words.split(separator: "\n").last(where: { $0.hasPrefix(start) }),
      let number = line.split(separator: "\"").last(where: { Int($0) != nil })
    else { return 0 }
    return Int(number) ?? 0
  }
  return last("<system type=\"current\"") + last("<total type=\"mmap\"") - last("<total type=\"fast\"")
    - last("<total type=\"rest\"")
}
