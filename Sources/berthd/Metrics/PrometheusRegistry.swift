import Metrics
import Synchronization

/// swift-metrics' backend that keeps what was measured for `GET /metrics`.
///
/// Counters become counters, recorders and meters gauges (a recorder that aggregates a summary without quantiles), timers
/// histograms in seconds.
final class PrometheusRegistry: MetricsFactory, Sendable {
  /// One family's name and its members by their labels.
  private let series = Mutex<[String: [Labels: any Series]]>([:])

  /// A registry that knows nothing yet.
  init() {}

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    find(label, dimensions) { CounterSeries() }
  }

  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    find(label, dimensions) { GaugeSeries() }
  }

  func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    aggregate ? find(label, dimensions) { SummarySeries() } : find(label, dimensions) { GaugeSeries() }
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    find(label, dimensions) { HistogramSeries() }
  }

  // Series live as long as the daemon: a counter that vanished and came back would look like a restart.
  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyMeter(_ handler: any MeterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}

  /// What the families of ours tell; swift-metrics has no place for it.
  private static let help = [
    "berth_request_duration_seconds": "How long a request took, from its head to its answer.",
    "berth_requests_total": "Requests answered, by method and code; what is no request is \"malformed\".",
    "berth_log_lines_dropped_total": "Lines of the log that were dropped, because it was not read.",
    "berth_requests_in_progress": "Requests that are let in and not answered yet, streams among them.",
    "berth_sandboxes": "Sandboxes by state.",
    "process_open_fds": "Open file descriptors.",
    "process_resident_memory_bytes": "Resident memory.",
  ]

  /// The lines that a family begins with.
  static func head(of name: String, _ kind: String) -> String {
    (help[name].map { "# HELP \(name) \($0)\n" } ?? "") + "# TYPE \(name) \(kind)\n"
  }

  /// The text format (version 0.0.4), families and series sorted.
  var text: String {
    let families = series.withLock { $0 }
    var text = ""
    for (name, members) in families.sorted(by: { $0.key < $1.key }) {
      guard let kind = members.values.first?.kind else { continue }
      text += Self.head(of: name, kind)
      for (labels, series) in members.sorted(by: { $0.key.text < $1.key.text }) {
        for sample in series.samples { text += sample.line(name, labels) }
      }
    }
    return text
  }

  /// The series of that name and those labels. One that exists as another kind is left alone: what is made then is kept
  /// nowhere.
  private func find<S: Series>(_ name: String, _ dimensions: [(String, String)], make: () -> S) -> S {
    let labels = Labels(dimensions)
    return series.withLock { series in
      if let found = series[Self.valid(name)]?[labels] { return found as? S ?? make() }
      let made = make()
      if let kind = series[Self.valid(name)]?.values.first?.kind, kind != made.kind { return made }
      series[Self.valid(name), default: [:]][labels] = made
      return made
    }
  }

  /// The name with every byte that Prometheus does not take made `_`.
  private static func valid(_ name: String) -> String {
    String(
      decoding: name.utf8.map { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "_"), UInt8(ascii: ":"):
          byte
        default: UInt8(ascii: "_")
        }
      }, as: UTF8.self)
  }
}

/// A series' labels as they are written: `{method="Run",code="ok"}` without the braces.
struct Labels: Hashable, Sendable {
  let text: String

  init(_ dimensions: [(String, String)]) {
    text = dimensions.map { name, value in "\(name)=\"\(Self.escaped(value))\"" }.joined(separator: ",")
  }

  private static func escaped(_ value: String) -> String {
    var result = ""
    for character in value.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}

/// One line of a series.
struct Sample {
  /// What is appended to the family's name.
  var suffix = ""
  /// A label beside the series' own.
  var label: String?
  let value: Double

  fileprivate func line(_ name: String, _ labels: Labels) -> String {
    let all = [labels.text, label ?? ""].filter { !$0.isEmpty }.joined(separator: ",")
    return "\(name)\(suffix)\(all.isEmpty ? "" : "{\(all)}") \(Self.text(value))\n"
  }

  /// Whole numbers without a fraction, and no exponent where it can be helped.
  static func text(_ value: Double) -> String {
    if let whole = Int64(exactly: value) { return String(whole) }
    return value.isNaN ? "NaN" : value == .infinity ? "+Inf" : value == -.infinity ? "-Inf" : "\(value)"
  }
}
