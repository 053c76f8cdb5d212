import JSON
import CNI
import FoundationEssentials
import LinuxKernel

/// One address that host-local has given to a container: a file named by the address, with the container's id in it.
struct HostLocalReservation: Sendable, Hashable {
  /// host-local's own default.
  private static let defaultDirectory = "/var/lib/cni/networks"

  /// The file.
  let path: String
  /// The container that has the address.
  let containerID: String

  /// The reservations of a network whose plugins use host-local; none when it has no directory yet.
  static func all(_ list: NetworkConfigurationList) -> [HostLocalReservation] {
    directories(list).flatMap { directory in
      // A directory that is not there holds no reservation.
      let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      return names.filter { $0 != "lock" && !$0.hasPrefix("last_reserved_ip.") }
        .compactMap { HostLocalReservation(directory + "/" + $0) }
    }
  }

  /// Removes the files of these addresses that have lost their content: host-local finds a container's files by what is in
  /// them, so DEL passes over these, and nobody ever gets the addresses again.
  ///
  /// For a container that had the addresses, after its DEL.
  static func releaseTruncated(_ list: NetworkConfigurationList, of addresses: [String]) throws(KernelError) {
    for directory in directories(list) {
      for path in addresses.map({ directory + "/" + $0 }) where isTruncated(path) {
        let lock = try FileLock.acquire(directory + "/lock", retryFor: .seconds(5))
        defer { withExtendedLifetime(lock) {} }
        // Somebody else's ADD may have been about to write it.
        if isTruncated(path) { try DurableFile.remove(path, durable: false) }
      }
    }
  }

  /// Where host-local keeps the network's addresses.
  private static func directories(_ list: NetworkConfigurationList) -> [String] {
    list.plugins.compactMap { $0.object["ipam"] }.filter { $0["type"]?.string == "host-local" }
      .map { ($0["dataDir"]?.string ?? defaultDirectory) + "/" + list.name }
  }

  private static func isTruncated(_ path: String) -> Bool { text(path)?.allSatisfy(\.isWhitespace) ?? false }

  private init?(_ path: String) {
    guard let text = Self.text(path), let id = text.split(whereSeparator: \.isWhitespace).first else { return nil }
    self.path = path
    containerID = String(id)
  }

  /// Removes the file under host-local's lock, if it is still this container's.
  func release() throws {
    let directory = path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
    let lock = try FileLock.acquire(directory + "/lock", retryFor: .seconds(5))
    defer { withExtendedLifetime(lock) {} }
    guard HostLocalReservation(path)?.containerID == containerID else { return }
    try DurableFile.remove(path, durable: false)
  }

  /// A reservation takes a hundred bytes; a file that vanishes meanwhile is none.
  private static func text(_ path: String) -> String? {
    (try? DurableFile.read(path, limit: 4096)).map { String(decoding: $0, as: UTF8.self) }
  }
}
