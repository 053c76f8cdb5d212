import CLinux
import Glibc

/// Waits until one of the descriptors can be read, or has ended.
enum Poll {
  /// Which of the descriptors are ready; none after the deadline. `nil` waits for ever.
  static func readable(_ descriptors: [CInt], until deadline: SuspendingClock.Instant?) throws(KernelError) -> [Bool] {
    var ready = [UInt8](repeating: 0, count: descriptors.count)
    while true {
      let result = clinux_poll(descriptors, CInt(descriptors.count), milliseconds(until: deadline), &ready)
      if result > 0 { return ready.map { $0 != 0 } }
      if result < 0, Glibc.errno != EINTR { throw KernelError.last("poll", "\(descriptors.count) descriptors") }
      if let deadline, deadline <= .now { return ready.map { _ in false } }
    }
  }

  private static func milliseconds(until deadline: SuspendingClock.Instant?) -> CInt {
    guard let deadline else { return -1 }
    let left = SuspendingClock.now.duration(to: deadline)
    guard left > .zero else { return 0 }
    // Rounded up, so that the last wait does not become a busy loop.
    let (seconds, attoseconds) = left.components
    return CInt(
      clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue + attoseconds / 1_000_000_000_000_000 + 1)
  }
}
