import Glibc
import LinuxKernel

extension IPAddress.Family {
  /// The family's number in kernel interfaces (AF_INET, AF_INET6).
  var kernel: UInt8 { UInt8(self == .v4 ? AF_INET : AF_INET6) }

  init?(kernel number: UInt8) {
    switch Int32(number) {
    case AF_INET: self = .v4
    case AF_INET6: self = .v6
    default: return nil
    }
  }
}
