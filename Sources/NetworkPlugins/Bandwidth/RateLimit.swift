import CNI
import CNIPlugin
import Netlink

/// How fast one direction is, as the kernel counts it: in bytes, where configurations count bits.
struct RateLimit: Hashable {
  /// A second's.
  let rate: UInt64
  /// What may go at once.
  let burst: UInt32

  /// Nil where nothing is limited; refuses one without the other, and what the kernel could not count.
  ///
  /// - Parameter place: What the two keys begin with.
  init?(_ rate: UInt64?, burst: UInt64?, _ place: String) throws(PluginError) {
    let (bits, burst) = (rate ?? 0, burst ?? 0)
    guard bits != 0 || burst != 0 else { return nil }
    guard burst != 0 else {
      throw Bandwidth.invalid("\(place)Rate is set, so \(place)Burst, the bits that may go at once, must be set too")
    }
    guard bits != 0 else {
      throw Bandwidth.invalid("\(place)Burst is set, so \(place)Rate, bits a second, must be set too")
    }
    guard burst / 8 < UInt32.max else {
      throw Bandwidth.invalid("\(place)Burst: \(burst) bits are more than the 4 GB that the kernel can count")
    }
    guard bits >= 8, burst >= 8 else {
      throw Bandwidth.invalid(
        "\(place)\(bits < 8 ? "Rate" : "Burst"): \(min(bits, burst)) bits are less than a byte, and the kernel counts bytes"
      )
    }
    (self.rate, self.burst) = (bits / 8, UInt32(burst / 8))
  }

  /// The kernel's figures: what waits longer than 25 ms is dropped.
  var bucket: TokenBucket {
    TokenBucket(rate: rate, burst: burst, limit: UInt32(clamping: rate / 40 + UInt64(burst)))
  }

  /// How a link's queueing differs from this; nil where it does not.
  func difference(from disciplines: [QueueingDiscipline]) -> String? {
    let buckets = disciplines.compactMap { if case .tokenBucket(let bucket) = $0 { bucket } else { nil } }
    guard let found = buckets.first else { return "is not limited any more" }
    guard found.rate == rate else { return "lets \(found.rate) bytes a second pass, not \(rate)" }
    guard found.limit == bucket.limit else {
      return "lets \(found.limit) bytes wait, not \(bucket.limit)"
    }
    guard isTold(by: found.burst) else { return "lets \(found.burst) bytes pass at once, not \(burst)" }
    return nil
  }

  /// The kernel tells a burst as its time, in ticks of 64 ns, of which it has 32 bits: as many as make 274 s.
  private func isTold(by found: UInt32) -> Bool {
    guard UInt64(burst) / 274 < rate else { return true }
    let (tick, difference) = (rate / 10_000_000, burst > found ? burst - found : found - burst)
    return UInt64(difference) <= tick + UInt64(burst) / 100 + 1
  }
}
