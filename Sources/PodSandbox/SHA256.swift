/// SHA-256 as FIPS 180-4 defines it, for the instance's tag: a few hundred bytes once at start do not merit a
/// cryptography package in every build.
enum SHA256 {
  /// The digest of `message` as 64 lower-case hex digits.
  static func hexDigest(of message: [UInt8]) -> String {
    var state: [UInt32] = [
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    let padded = padding(message)
    for block in stride(from: 0, to: padded.count, by: 64) {
      compress(padded[block..<block + 64], into: &state)
    }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// FIPS 180-4, 5.1.1.
  private static func padding(_ message: [UInt8]) -> [UInt8] {
    var padded = message + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    let bits = UInt64(message.count) * 8
    padded += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
    return padded
  }

  /// FIPS 180-4, 6.2.2.
  private static func compress(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
    var schedule = stride(from: block.startIndex, to: block.endIndex, by: 4).map { index in
      block[index..<index + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    for t in 16..<64 {
      let s0 = rotate(schedule[t - 15], 7) ^ rotate(schedule[t - 15], 18) ^ (schedule[t - 15] >> 3)
      let s1 = rotate(schedule[t - 2], 17) ^ rotate(schedule[t - 2], 19) ^ (schedule[t - 2] >> 10)
      schedule.append(schedule[t - 16] &+ s0 &+ schedule[t - 7] &+ s1)
    }
    var v = state
    for t in 0..<64 {
      let sum1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)
      let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
      let temporary1 = v[7] &+ sum1 &+ choice &+ roundConstants[t] &+ schedule[t]
      let sum0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)
      let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
      v = [temporary1 &+ sum0 &+ majority, v[0], v[1], v[2], v[3] &+ temporary1, v[4], v[5], v[6]]
    }
    for index in 0..<8 { state[index] &+= v[index] }
  }

  private static func rotate(_ word: UInt32, _ bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let roundConstants: [UInt32] = primes.map { prime in
    let root = cubeRootBits(prime)
    return UInt32(truncatingIfNeeded: root)
  }

  private static let primes: [UInt64] = (2...311).filter { n in !(2..<n).contains { n % $0 == 0 } }.map(UInt64.init)

  /// `floor(cbrt(n) * 2^32)` by bisection in integers.
  private static func cubeRootBits(_ n: UInt64) -> UInt64 {
    var low = UInt64(0)
    var high = UInt64(7) << 32
    while high - low > 1 {
      let middle = (low + high) / 2
      if cubeIsAtMost(middle, n) { low = middle } else { high = middle }
    }
    return low
  }

  /// Whether `(x / 2^32)^3 <= n`, exactly.
  private static func cubeIsAtMost(_ x: UInt64, _ n: UInt64) -> Bool {
    let wide = UInt128(x)
    return wide * wide * wide <= UInt128(n) << 96
  }
}
