import Glibc

/// What tells a file from every other one that exists now.
public struct FileIdentity: Hashable, Codable, Sendable {
  /// The device's number.
  public let dev: UInt64
  /// The inode's number.
  public let ino: UInt64

  /// Creates an identity from recorded values.
  public init(dev: UInt64, ino: UInt64) {
    self.dev = dev
    self.ino = ino
  }

  /// stat(2) of the path; symbolic links are followed.
  public init(of path: String) throws(KernelError) {
    var information = stat()
    try retrying("examine", path) { stat(path, &information) }
    self.init(dev: UInt64(information.st_dev), ino: UInt64(information.st_ino))
  }

  init(of descriptor: CInt) throws(KernelError) {
    var information = stat()
    try retrying("examine", "descriptor \(descriptor)") { fstat(descriptor, &information) }
    self.init(dev: UInt64(information.st_dev), ino: UInt64(information.st_ino))
  }
}
