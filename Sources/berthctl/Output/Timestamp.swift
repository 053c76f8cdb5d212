#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A moment, written in the host's time zone or in UTC.
struct Timestamp {
  private let time: tm
  private let nanoseconds: Int64

  /// The moment so many nanoseconds after the epoch.
  init(nanoseconds: Int64, inUTC: Bool = false) {
    var seconds = time_t(nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : (nanoseconds + 1) / 1_000_000_000 - 1)
    var time = tm()
    if inUTC { gmtime_r(&seconds, &time) } else { localtime_r(&seconds, &time) }
    self.time = time
    self.nanoseconds = nanoseconds - Int64(seconds) * 1_000_000_000
  }

  /// RFC 3339 with as many digits of the second as are needed, as crictl writes it.
  var rfc3339: String { "\(date)T\(clock)\(fraction)\(zone)" }

  /// For people: `2026-11-21 02:12:06`.
  var human: String { "\(date) \(clock)" }

  private var date: String { "\(1900 + time.tm_year)-\(padded(time.tm_mon + 1))-\(padded(time.tm_mday))" }
  private var clock: String { "\(padded(time.tm_hour)):\(padded(time.tm_min)):\(padded(time.tm_sec))" }

  private var fraction: String {
    guard nanoseconds > 0 else { return "" }
    let digits = String(String(1_000_000_000 + nanoseconds).dropFirst())
    return "." + String(digits.reversed().drop { $0 == "0" }.reversed())
  }

  private var zone: String {
    let minutes = Int32(time.tm_gmtoff / 60)
    guard minutes != 0 else { return "Z" }
    return "\(minutes < 0 ? "-" : "+")\(padded(abs(minutes) / 60)):\(padded(abs(minutes) % 60))"
  }

  private func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
