import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Netlink

/// Does something with the kernel, and tells its failure as a plugin does.
func withKernel<T>(_ body: () throws -> T) throws(PluginError) -> T {
  do {
    return try body()
  } catch let error as PluginError {
    throw error
  } catch let conflict as TableConflict {
    throw conflict.error
  } catch {
    throw PluginError("\(error)", code: CNIError.Code.ioFailure)
  }
}

/// Refuses a name that the kernel would take for a pattern: by `%d` it counts links up, and each of them is another.
func requireLiteralName(_ name: String, _ place: String) throws(PluginError) {
  guard name.utf8.contains(UInt8(ascii: "%")) else { return }
  throw PluginError(
    "\(place): \"\(name.beginning(64))\" is no interface's name: the kernel puts numbers in the place of %d",
    code: CNIError.Code.invalidConfiguration)
}

extension RouteSocket {
  /// The link of a name; nil where there is none.
  func existing(_ name: String) throws(NetlinkError) -> Link? {
    do throws(NetlinkError) {
      return try link(named: name)
    } catch {
      guard error.code == .linkNotFound else { throw error }
      return nil
    }
  }
}

extension RouteSocket {
  /// The link of a number; nil where there is none.
  func existing(index: Int32) throws(NetlinkError) -> Link? {
    do throws(NetlinkError) {
      return try link(index: index)
    } catch {
      guard error.code == .linkNotFound else { throw error }
      return nil
    }
  }

  /// A number for a new link that no other has, far from those that the kernel counts up.
  func unusedNumber() throws(NetlinkError) -> Int32 {
    while true {
      let number = Int32.random(in: 1 << 20..<1 << 30)
      if try existing(index: number) == nil { return number }
    }
  }
}

extension MACAddress {
  /// A random one that is nobody's by law: locally administered, of one station.
  static func random() -> MACAddress {
    // One question to the kernel.
    let drawn = UInt64.random(in: .min ... .max)
    var bytes = (0..<6).map { UInt8(truncatingIfNeeded: drawn >> ($0 * 8)) }
    bytes[0] = bytes[0] & 0xfc | 0x02
    return MACAddress(bytes: bytes) ?? .random()
  }
}

extension Sysctl {
  /// Writes a parameter only where it has another value: the kernel may walk all interfaces for it, and a host may have made it
  /// read-only.
  static func ensure(_ name: String, _ value: String) throws(KernelError) {
    if let path = path(of: name), let present = try? DurableFile.read("/proc/sys/" + path, limit: 64),
      present == Array("\(value)\n".utf8)
    {
      return
    }
    try write(name, value)
  }
}
