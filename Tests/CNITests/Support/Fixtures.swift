import Glibc
import SystemPackage

/// The recorded files beside the tests.
enum Fixtures {
  private static let here: StaticString = #filePath

  static func bytes(_ name: String) throws -> [UInt8] {
    let folder = "\(here)".split(separator: "/").dropLast(2).joined(separator: "/")
    let path = "/\(folder)/Fixtures/\(name)"
    let descriptor = try FileDescriptor.open(FilePath(path), .readOnly)
    return try descriptor.closeAfter {
      var bytes: [UInt8] = []
      while true {
        let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
          count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        if chunk.isEmpty { return bytes }
        bytes += chunk
      }
    }
  }
}
