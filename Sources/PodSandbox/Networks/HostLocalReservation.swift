import CNI
import JSON
import LinuxKernel
import NetworkPlugins
import SystemPackage

/// One address that host-local has given to a container: a file named by the address, with the container's id in it.
struct HostLocalReservation: Sendable, Hashable {
  /// host-local's own default.
  private static let defaultDirectory = "/var/lib/cni/networks"

  /// What a file of one of its directories says.
  enum Content: Sendable, Hashable {
    /// The container that has the address.
    case owner(String)
    /// Nothing: host-local does not sync what it writes, so a loss of power leaves this, and nobody ever gets the address.
    case empty
  }

  /// The file.
  let path: String
  let content: Content

  /// The reservations in one directory; none where there is no such directory.
  static func all(in directory: String) throws(KernelError) -> [HostLocalReservation] {
    let names: [String]
    do throws(KernelError) {
      names = try Directories.names(in: directory)
    } catch {
      // A plain file in the way holds none either.
      guard [.noSuchFileOrDirectory, .notDirectory].contains(error.errno) else { throw error }
      return []
    }
    return try at(
      names.filter { $0 != "lock" && !$0.hasPrefix("last_reserved_ip.") }.map { directory + "/" + $0 })
  }

  /// Those of the paths that are reservations.
  private static func at(_ paths: [String]) throws(KernelError) -> [HostLocalReservation] {
    var reservations: [HostLocalReservation] = []
    for path in paths {
      if let reservation = try HostLocalReservation(path) { reservations.append(reservation) }
    }
    return reservations
  }

  /// Where host-local keeps the network's addresses.
  static func directories(_ list: NetworkConfigurationList) -> [String] {
    // Keys as host-local finds them: in any case, and an empty directory is none.
    list.plugins.compactMap { $0.object.value(ignoringCase: "ipam")?.object }
      .filter { $0.value(ignoringCase: "type")?.string == "host-local" }
      .map { ipam in
        let directory = ipam.value(ignoringCase: "dataDir")?.string ?? ""
        return (directory.isEmpty ? defaultDirectory : directory) + "/" + list.name
      }
  }

  /// Releases what a network still holds of a container after its DEL: reservations in its name, and, of the addresses it
  /// had, those whose file has lost its content.
  ///
  /// - Parameter addresses: Those it had, as far as is known; without any the whole directory is looked through.
  static func release(
    _ list: NetworkConfigurationList, of containerID: String, addresses: [String]
  ) throws(KernelError) {
    for directory in directories(list) {
      let paths = addresses.map { directory + "/" + $0 }
      let held = paths.isEmpty ? try all(in: directory) : try at(paths)
      for reservation in held where reservation.content == .owner(containerID) {
        try reservation.release()
      }
      for reservation in held where reservation.content == .empty && !paths.isEmpty { try reservation.release() }
    }
  }

  /// Removes the file under host-local's lock, if it still says the same: somebody else's ADD may be about to write it.
  func release() throws(KernelError) {
    let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    let lock = try FileLock.acquire(directory + "/lock", retryFor: ReservationLock.patience)
    defer { withExtendedLifetime(lock) {} }
    guard try HostLocalReservation(path)?.content == content else { return }
    try DurableFile.remove(path, durable: false)
  }

  /// `nil` when there is no such file. A reservation takes a hundred bytes; what is larger is none.
  /// Whatever else keeps it from being read is a failure: the address would be lost.
  init?(_ path: String) throws(KernelError) {
    let bytes: [UInt8]
    do throws(KernelError) {
      bytes = try DurableFile.read(path, limit: 4096)
    } catch {
      guard error.isNoReservation else { throw error }
      return nil
    }
    self.path = path
    let text = String(decoding: bytes, as: UTF8.self)
    content = text.split(whereSeparator: \.isWhitespace).first.map { .owner(String($0)) } ?? .empty
  }
}
