import CNI
import JSON
import LinuxKernel
import SystemPackage
import Synchronization

/// Where host-local keeps addresses: every directory that a sandbox of this root was ever on, one a line in
/// `<root>/data-directories`, durable. The configuration that named one may be gone when its addresses must be found.
final class DataDirectories: Sendable {
  private let path: String
  private let known: Mutex<Set<String>>

  init(root: String) throws(KernelError) {
    path = root + "/data-directories"
    var bytes: [UInt8] = []
    do throws(KernelError) {
      bytes = try DurableFile.read(path, limit: 4 << 20)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    known = Mutex(Set(lines.filter { $0.hasPrefix("/") }))
  }

  /// All of them.
  var all: [String] { known.withLock { $0.sorted() } }

  /// Writes down the directories of a list, before its first plugin is called; most often they are known. Durable.
  func remember(_ list: NetworkConfigurationList) throws(KernelError) {
    // One a line: what is no such path host-local itself will refuse.
    try remember(HostLocalReservation.directories(list).filter { $0.hasPrefix("/") && !$0.utf8.contains(0x0a) })
  }

  private func remember(_ directories: [String]) throws(KernelError) {
    let all: [String]? = known.withLock { known in
      guard !known.isSuperset(of: directories) else { return nil }
      return known.union(directories).sorted()
    }
    guard let all else { return }
    try DurableFile.replace(path, with: Array(all.map { $0 + "\n" }.joined().utf8), mode: 0o600, durable: true)
    known.withLock { $0.formUnion(directories) }
  }
}
