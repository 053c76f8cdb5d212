import Glibc
import SystemPackage

/// Where the pause program is when nobody says.
enum PauseBinary {
  /// Where packages put it.
  static let installed = "/usr/libexec/berth/berth-pause"

  /// The one beside this program, if there is one, else ``installed``. Whether it can be used is checked at start.
  static func locate() -> String {
    guard let daemon = ownPath() else { return installed }
    let neighbour = daemon.removingLastComponent().appending("berth-pause").string
    return access(neighbour, X_OK) == 0 ? neighbour : installed
  }

  private static func ownPath() -> FilePath? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let count = readlink("/proc/self/exe", base, buffer.count - 1)
      guard count > 0 else { return nil }
      base[count] = 0
      return FilePath(platformString: base)
    }
  }
}
