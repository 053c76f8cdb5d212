/// Lengths of time for people.
enum HumanDuration {
  /// As docker and crictl say it: `3 minutes`, `About an hour`.
  static func rough(_ nanoseconds: Int64) -> String {
    let seconds = max(nanoseconds, 0) / 1_000_000_000
    let minutes = seconds / 60
    let hours = (seconds + 1800) / 3600
    return switch true {
    case seconds < 1: "Less than a second"
    case seconds == 1: "1 second"
    case seconds < 60: "\(seconds) seconds"
    case minutes == 1: "About a minute"
    case minutes < 60: "\(minutes) minutes"
    case hours == 1: "About an hour"
    case hours < 48: "\(hours) hours"
    case hours < 24 * 7 * 2: "\(hours / 24) days"
    case hours < 24 * 30 * 2: "\(hours / 24 / 7) weeks"
    case hours < 24 * 365 * 2: "\(hours / 24 / 30) months"
    default: "\(hours / 24 / 365) years"
    }
  }

  /// With three significant digits and the fitting unit: `412 µs`, `3.14 ms`, `12.0 s`.
  static func precise(_ nanoseconds: Int64) -> String {
    let value = Double(nanoseconds)
    return switch nanoseconds.magnitude {
    case ..<1_000_000: "\(nanoseconds / 1000) µs"
    case ..<1_000_000_000: "\(threeDigits(value / 1e6)) ms"
    case ..<60_000_000_000: "\(threeDigits(value / 1e9)) s"
    default: "\(nanoseconds / 60_000_000_000)m\(nanoseconds / 1_000_000_000 % 60)s"
    }
  }

  private static func threeDigits(_ number: Double) -> String {
    let decimals = number.magnitude < 9.995 ? 2 : number.magnitude < 99.95 ? 1 : 0
    let scale = [1.0, 10, 100][decimals]
    let scaled = Int64((number * scale).rounded())
    guard decimals > 0 else { return "\(scaled)" }
    let fraction = String(scaled % Int64(scale))
    return "\(scaled / Int64(scale)).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
  }
}
