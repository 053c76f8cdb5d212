import Metrics

/// The counters that the access log keeps.
struct RequestMetrics: Sendable {
  let factory: any MetricsFactory

  /// Counts one request. `method` is one of the API's, so that a client cannot make up series without end.
  func record(method: String, code: String, duration: Duration) {
    Counter(label: "berth_requests_total", dimensions: [("method", method), ("code", code)], factory: factory)
      .increment()
    Timer(label: "berth_request_duration_seconds", dimensions: [("method", method)], factory: factory)
      .recordNanoseconds(duration.nanoseconds)
  }
}

extension Duration {
  /// The length in whole nanoseconds.
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
