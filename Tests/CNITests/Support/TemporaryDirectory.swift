import Glibc
import SystemPackage

/// A directory that is gone with this value.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/cni-tests-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { TemporaryDirectory.remove(path) }

  /// Writes a file and returns its path; directories on the way are made.
  @discardableResult
  func write(_ name: String, _ text: String, mode: UInt16 = 0o644) throws -> String {
    try write(name, Array(text.utf8), mode: mode)
  }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8], mode: UInt16 = 0o644) throws -> String {
    var parent = path
    for part in name.split(separator: "/").dropLast() {
      parent += "/\(part)"
      mkdir(parent, 0o755)
    }
    let file = "\(path)/\(name)"
    let descriptor = try FileDescriptor.open(
      FilePath(file), .writeOnly, options: [.create, .truncate, .closeOnExec],
      permissions: FilePermissions(rawValue: CModeT(mode)))
    _ = try descriptor.closeAfter { try descriptor.writeAll(bytes) }
    guard chmod(file, mode_t(mode)) == 0 else { throw Errno(rawValue: errno) }
    return file
  }

  /// A plugin that is a shell script.
  @discardableResult
  func script(_ name: String, _ body: String) throws -> String { try write(name, "#!/bin/sh\n\(body)\n", mode: 0o755) }

  func read(_ name: String) throws -> [UInt8] {
    let descriptor = try FileDescriptor.open(FilePath("\(path)/\(name)"), .readOnly)
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

  func text(_ name: String) throws -> String { String(decoding: try read(name), as: UTF8.self) }

  /// Mode bits, or nil when there is no such file.
  func mode(_ name: String) -> UInt32? {
    var status = stat()
    return lstat("\(path)/\(name)", &status) == 0 ? status.st_mode & 0o7777 : nil
  }

  func names(_ name: String = "") -> [String] { TemporaryDirectory.names("\(path)/\(name)") }

  static func names(_ path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func remove(_ path: String) {
    if unlink(path) == 0 { return }
    for name in names(path) { remove("\(path)/\(name)") }
    rmdir(path)
  }
}
