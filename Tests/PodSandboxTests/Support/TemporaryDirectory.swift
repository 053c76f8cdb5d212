import Glibc
import LinuxKernel
import SystemPackage

/// A directory that is gone with this value.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/berth-units-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  // What a failed test left locked stays in /tmp.
  deinit { try? Directories.remove(path) }

  /// Writes a file and returns its path; directories on the way are made.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = "\(path)/\(name)"
    if let slash = file.lastIndex(of: "/") { try Directories.make(String(file[..<slash]), mode: 0o755) }
    try DurableFile.replace(file, with: bytes, mode: 0o644, durable: false)
    return file
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  func read(_ name: String) throws -> [UInt8] { try DurableFile.read("\(path)/\(name)", limit: 32 << 20) }

  func text(_ name: String) throws -> String { String(decoding: try read(name), as: UTF8.self) }

  func holds(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }

  /// The names in a directory of it.
  func names(_ name: String = "") throws -> [String] { try Directories.names(in: "\(path)/\(name)") }

  /// What lstat(2) says.
  func status(_ name: String = "") throws -> stat {
    var status = stat()
    guard lstat("\(path)/\(name)", &status) == 0 else { throw Errno(rawValue: errno) }
    return status
  }
}
