import CLinux
import Glibc
import SystemPackage

extension Directories {
  /// What is in the directory, without `.` and `..`, in the file system's order.
  ///
  /// A list that the kernel could not read to its end is an error, never a shorter one.
  package static func entries(_ path: String) throws(KernelError) -> [DirectoryEntry] {
    guard let directory = clinux_directory_open(path) else { throw KernelError.last("read directory", path) }
    defer { clinux_directory_close(directory) }
    return try entries(directory, path)
  }

  /// The names in the directory, sorted by their bytes; none when it does not exist.
  package static func names(in path: String) throws(KernelError) -> [String] {
    do throws(KernelError) {
      return try entries(path).map(\.name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      return []
    }
  }

  /// Makes the directory, and those above it, all with this mode; one that is there stays as it is. Links are followed.
  package static func make(_ path: String, mode: UInt16 = 0o700) throws(KernelError) {
    guard mkdir(path, mode_t(mode)) != 0 else { return }
    let error = KernelError.last("make directory", path)
    switch error.errno {
    case .fileExists where HostFile.isDirectory(path): return
    case .noSuchFileOrDirectory:
      let parent = DurableFile.split(path).directory
      guard parent != path, parent != "/", parent != "." else { throw error }
      try make(parent, mode: mode)
      guard mkdir(path, mode_t(mode)) != 0 else { return }
      let second = KernelError.last("make directory", path)
      // Somebody was faster, or the path ends with a slash.
      guard second.errno == .fileExists, HostFile.isDirectory(path) else { throw second }
    default: throw error
    }
  }

  /// What is in an open directory.
  static func entries(of directory: borrowing OwnedDescriptor, _ path: String) throws(KernelError) -> [DirectoryEntry] {
    let copy = try directory.duplicate().release()
    guard let stream = clinux_directory_open_descriptor(copy) else {
      let error = KernelError.last("read directory", path)
      close(copy)
      throw error
    }
    defer { clinux_directory_close(stream) }
    return try entries(stream, path)
  }

  static func entries(_ directory: OpaquePointer, _ path: String) throws(KernelError) -> [DirectoryEntry] {
    var entries: [DirectoryEntry] = []
    var isDirectory = false
    while let name = clinux_directory_next(directory, &isDirectory) {
      entries.append(DirectoryEntry(name: String(cString: name), isDirectory: isDirectory))
    }
    guard errno == 0 else { throw KernelError.last("read directory", path) }
    return entries
  }
}
