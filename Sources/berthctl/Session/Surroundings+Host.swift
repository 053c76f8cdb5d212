#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Surroundings {
  /// The process's environment, as far as berthctl reads it.
  static func hostEnvironment() -> [String: String] {
    let names = [
      "BERTH_ENDPOINT", "CONTAINER_RUNTIME_ENDPOINT", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG",
      "NETCONFPATH", "CNI_PATH", "CNI_ARGS", "CAP_ARGS", "CNI_IFNAME", "PATH",
    ]
    return names.reduce(into: [:]) { environment, name in
      if let value = getenv(name) { environment[name] = String(cString: value) }
    }
  }

  /// The host's clock, in nanoseconds since the epoch.
  static func hostTime() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Whether the locale's characters are UTF-8, by the variables' usual order.
  var hasUnicode: Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    return locale.lowercased().hasSuffix("utf-8") || locale.lowercased().hasSuffix("utf8")
  }

  /// How many columns there are to write in.
  var columns: Int {
    if let columns = environment["COLUMNS"].flatMap(Int.init), columns > 0 { return columns }
    return console.terminalColumns() ?? 100
  }
}
