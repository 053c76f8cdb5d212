import Glibc
import LinuxKernel
import SystemPackage

/// The addresses that a network has given away: a file each, named by the address, with the owner in it, as the reference
/// plugin keeps them. Both take the same lock, so both may give from one directory.
///
/// Nothing is synced: what a loss of power leaves is an empty file, which is nobody's.
struct ReservationDirectory: Sendable {
  /// Who has an address.
  struct Owner: Sendable, Hashable {
    let containerID: String
    /// Nil of what an old version has written, which knew no interfaces.
    let interfaceName: String?

    init(containerID: String, interfaceName: String?) {
      self.containerID = containerID
      self.interfaceName = interfaceName
    }

    /// Nil where nobody is named.
    init?(_ bytes: [UInt8]) {
      let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
      guard let first = words.first else { return nil }
      self.init(containerID: first, interfaceName: words.count > 1 ? words[1] : nil)
    }

    var bytes: [UInt8] { Array("\(containerID)\r\n\(interfaceName ?? "")".utf8) }

    /// Whether what is owned by this is owned by that attachment.
    func isSame(as other: Owner) -> Bool {
      containerID == other.containerID && (interfaceName == nil || interfaceName == other.interfaceName)
    }
  }

  let path: String

  init(_ path: String) { self.path = path }

  /// Does something while nobody else changes the directory, which is made where it is missing.
  ///
  /// Fails with EWOULDBLOCK when others have kept it for ``ReservationLock/patience``, with ECANCELED when it is cancelled.
  func locked<T>(
    _ cancellation: Cancellation?, _ body: () throws(KernelError) -> T
  ) throws(KernelError) -> T {
    let deadline = SuspendingClock.now.advanced(by: ReservationLock.patience)
    try ReservationTurns.shared.begin(path, until: deadline, cancellation)
    defer { ReservationTurns.shared.end(path) }
    try Directories.make(path, mode: 0o755)
    let lock = try FileLock.acquire(
      path + "/lock", retryFor: SuspendingClock.now.duration(to: deadline), every: .milliseconds(1), cancellation)
    defer { withExtendedLifetime(lock) {} }
    return try body()
  }

  /// Writes down that an address has an owner; false when it has another one.
  func reserve(_ address: IPAddress, for owner: Owner) throws(KernelError) -> Bool {
    let file = path + "/\(address)"
    let descriptor: CInt
    do throws(KernelError) {
      descriptor = try retrying("reserve", file) {
        open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
      }
    } catch {
      guard error.errno == .fileExists else { throw error }
      // Under the lock nobody is writing it just now.
      guard try Self.read(file)?.isEmpty == true else { return false }
      try DurableFile.remove(file, durable: false)
      return try reserve(address, for: owner)
    }
    defer { close(descriptor) }
    let bytes = owner.bytes
    do throws(KernelError) {
      try retrying("write", file) { write(descriptor, bytes, bytes.count) }
    } catch {
      unlink(file)
      throw error
    }
    return true
  }

  /// Gives an address back if it is still that owner's; whether it was.
  @discardableResult
  func release(_ address: IPAddress, of owner: Owner) throws(KernelError) -> Bool {
    let file = path + "/\(address)"
    guard let bytes = try Self.read(file), Owner(bytes)?.isSame(as: owner) == true else { return false }
    try DurableFile.remove(file, durable: false)
    return true
  }

  /// The addresses that are given away, without their owners.
  func taken() throws(KernelError) -> Set<String> {
    do throws(KernelError) {
      return Set(try Directories.entries(path).map(\.name).filter(Self.isReservation))
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      return []
    }
  }

  /// All addresses with their owners: reads every file.
  func reservations() throws(KernelError) -> [(address: IPAddress, owner: Owner)] {
    var reservations: [(address: IPAddress, owner: Owner)] = []
    for name in try taken() {
      guard let address = IPAddress(name), let owner = try Self.read("\(path)/\(name)").flatMap(Owner.init) else {
        continue
      }
      reservations.append((address, owner))
    }
    return reservations
  }

  /// Whether a set has no address left; one whose file names nobody can be given.
  func isUsedUp(_ set: RangeSet, _ index: Int) throws(KernelError) -> Bool {
    let taken = try taken()
    if set.addresses(after: last(ofSet: index)).contains(where: { !taken.contains("\($0.1)") }) { return false }
    let owned = Set(try reservations().map(\.address))
    return set.addresses(after: nil).allSatisfy { owned.contains($0.1) }
  }

  /// What a reservation's file says; nil where there is none, and of what cannot be one. Whatever else keeps it from being read
  /// is a failure: its owner would be passed over, and the address lost.
  private static func read(_ file: String) throws(KernelError) -> [UInt8]? {
    do throws(KernelError) {
      return try DurableFile.read(file, limit: 4096)
    } catch {
      guard error.isNoReservation else { throw error }
      return nil
    }
  }

  private static func isReservation(_ name: String) -> Bool {
    name != "lock" && !name.hasPrefix("last_reserved_ip.")
  }

  /// The address that a set gave away last.
  func last(ofSet index: Int) -> IPAddress? {
    guard let bytes = try? DurableFile.read("\(path)/last_reserved_ip.\(index)", limit: 128) else { return nil }
    return IPAddress(String(decoding: bytes, as: UTF8.self))
  }

  /// Written over, never cut off first: ext4 writes a file to the disk at once that was cut to nothing and written anew.
  func setLast(_ address: IPAddress, ofSet index: Int) throws(KernelError) {
    let file = "\(path)/last_reserved_ip.\(index)"
    let descriptor = try retrying("open", file) { open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600) }
    defer { close(descriptor) }
    let bytes = Array("\(address)".utf8)
    try retrying("write", file) { pwrite(descriptor, bytes, bytes.count, 0) }
    try retrying("cut", file) { ftruncate(descriptor, off_t(bytes.count)) }
  }
}

extension KernelError {
  /// Whether a file that could not be read for this is no reservation: there is none, or a directory, or more than 4 kB.
  package var isNoReservation: Bool {
    [.noSuchFileOrDirectory, .notDirectory, .isDirectory, .fileTooLarge].contains(errno)
  }
}
