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

extension Fixtures {
  /// One input of the corpus.
  struct Input {
    let name: String
    let bytes: [UInt8]
  }

  /// The inputs that the fuzzer starts from and those it found worth keeping.
  static func corpus() throws -> [Input] {
    let folder = "/" + "\(here)".split(separator: "/").dropLast(2).joined(separator: "/") + "/Corpus"
    return try TemporaryDirectory.names(folder).map { Input(name: $0, bytes: try bytes("../Corpus/\($0)")) }
  }
}
