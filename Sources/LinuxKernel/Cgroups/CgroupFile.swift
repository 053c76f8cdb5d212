import Glibc
import SystemPackage

/// The files of one cgroup's directory.
enum CgroupFile {
  /// The kernel takes a value in one write.
  static func write(_ value: String, to path: String) throws(KernelError) {
    let file = try OwnedDescriptor.open(path, O_WRONLY)
    let raw = file.raw
    let bytes = Array(value.utf8)
    try retrying("write \(value) to", path) { Glibc.write(raw, bytes, bytes.count) }
  }

  /// The groups right inside this one; none when it does not exist.
  static func children(_ directory: String) throws(KernelError) -> [String] {
    do throws(KernelError) {
      return try Directories.entries(directory).filter(\.isDirectory).map { directory + "/" + $0.name }
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      return []
    }
  }

  /// The living processes in this group and those inside it; none when it does not exist.
  static func processes(_ directory: String) throws(KernelError) -> Set<Int32> {
    var processes = try ownProcesses(directory)
    for child in try children(directory) { processes.formUnion(try Self.processes(child)) }
    return processes
  }

  private static func ownProcesses(_ directory: String) throws(KernelError) -> Set<Int32> {
    do throws(KernelError) {
      let words = CgroupHierarchies.words(try DurableFile.read(directory + "/cgroup.procs", limit: 64 << 20))
      // Those of another PID namespace, which have no number here, read 0.
      return Set(words.compactMap { Int32($0) }.filter { $0 > 0 })
    } catch {
      switch error.errno {
      // ENODEV: removed after it was opened. EOPNOTSUPP: a threaded group, whose processes are listed further up.
      case .noSuchFileOrDirectory, Errno(rawValue: ENODEV), .notSupported: return []
      default: throw error
      }
    }
  }
}
