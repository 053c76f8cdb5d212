import Glibc
import JSON
import LinuxKernel
import SystemPackage

/// The few things that configuration and cache need of the file system; all of it blocks.
enum HostFile {
  /// A regular file's bytes, symbolic links followed; nil when there is none. Never waits, whatever the path leads to.
  static func read(_ path: String, limit: Int = JSON.defaultMaximumSize) throws(CNIError) -> [UInt8]? {
    do {
      let descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec])
      return try descriptor.closeAfter { try contents(descriptor, path, limit) }
    } catch Errno.noSuchFileOrDirectory {
      return nil
    } catch {
      throw failure("read", path, error)
    }
  }

  private static func contents(_ descriptor: FileDescriptor, _ path: String, _ limit: Int) throws -> [UInt8] {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CNIError(.execution, code: CNIError.Code.ioFailure, "\(path) is not a regular file")
    }
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      guard !chunk.isEmpty else { return bytes }
      bytes += chunk
    }
    throw CNIError(.execution, code: CNIError.Code.ioFailure, "\(path) holds more than \(limit) bytes")
  }

  /// Puts a file of mode 0600 in place whole or not at all; not durable.
  static func replace(_ path: String, with bytes: [UInt8], temporaryDirectory: String) throws(CNIError) {
    do {
      try DurableFile.replace(
        path, with: bytes, mode: 0o600, durable: false, temporaryDirectory: temporaryDirectory)
    } catch {
      throw failure("write", path, error)
    }
  }

  /// Removes a file; that there is none is success.
  static func remove(_ path: String) throws(CNIError) {
    guard unlink(path) != 0 else { return }
    let error = Errno(rawValue: errno)
    if error != .noSuchFileOrDirectory, error != .notDirectory { throw failure("remove", path, error) }
  }

  /// Makes a directory of mode 0700, and those above it.
  static func makeDirectory(_ path: String) throws(CNIError) {
    guard mkdir(path, 0o700) != 0 else { return }
    switch Errno(rawValue: errno) {
    case .fileExists:
      return
    case .noSuchFileOrDirectory:
      guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { break }
      try makeDirectory(String(path[..<slash]))
      guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
    default: break
    }
    throw failure("make directory", path, Errno(rawValue: errno))
  }

  /// The names in a directory, sorted by their bytes; none when the directory does not exist.
  static func names(in directory: String) throws(CNIError) -> [String] {
    guard let stream = opendir(directory) else {
      let error = Errno(rawValue: errno)
      if error == .noSuchFileOrDirectory { return [] }
      throw failure("read", directory, error)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether a path leads to a directory, symbolic links followed.
  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Where a symbolic link leads in the end; nil when the path is none, or leads nowhere.
  static func linkTarget(_ path: String) -> String? {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let target = realpath(path, nil) else {
      return nil
    }
    defer { free(target) }
    return String(cString: target)
  }

  private static func failure(_ operation: String, _ path: String, _ error: any Error) -> CNIError {
    if let error = error as? CNIError { return error }
    return CNIError(.execution, code: CNIError.Code.ioFailure, "could not \(operation) \(path): \(error)")
  }
}
