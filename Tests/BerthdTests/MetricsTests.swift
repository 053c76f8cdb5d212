import Metrics
import Testing

@testable import berthd

/// What `GET /metrics` says.
@Suite(.timeLimit(.minutes(1))) struct MetricsTests {
  @Test func writesCounters() {
    let registry = PrometheusRegistry()
    Counter(label: "a_total", dimensions: [("m", "x")], factory: registry).increment()
    Counter(label: "a_total", dimensions: [("m", "x")], factory: registry).increment(by: 2)
    Counter(label: "a_total", dimensions: [("m", "q\"\\\n")], factory: registry).increment()
    #expect(registry.text == "# TYPE a_total counter\na_total{m=\"q\\\"\\\\\\n\"} 1\na_total{m=\"x\"} 3\n")
  }

  @Test func writesTimersInSeconds() {
    let registry = PrometheusRegistry()
    let timer = Timer(label: "t.seconds", dimensions: [], factory: registry)
    timer.recordNanoseconds(2_000_000)
    timer.recordNanoseconds(90_000_000_000)
    let lines = registry.text.split(separator: "\n").map(String.init)
    #expect(lines.first == "# TYPE t_seconds histogram")
    #expect(lines.contains(#"t_seconds_bucket{le="0.001"} 0"#))
    #expect(lines.contains(#"t_seconds_bucket{le="0.0025"} 1"#))
    #expect(lines.contains(#"t_seconds_bucket{le="60"} 1"#))
    #expect(lines.contains(#"t_seconds_bucket{le="+Inf"} 2"#))
    #expect(lines.contains("t_seconds_sum 90.002") && lines.contains("t_seconds_count 2"))
  }

  @Test func writesGaugesAndSummaries() {
    let registry = PrometheusRegistry()
    Gauge(label: "g", factory: registry).record(1.5)
    Meter(label: "m", factory: registry).set(-4)
    let recorder = Recorder(label: "r", factory: registry)
    recorder.record(1)
    recorder.record(2)
    #expect(registry.text == "# TYPE g gauge\ng 1.5\n# TYPE m gauge\nm -4\n# TYPE r summary\nr_sum 3\nr_count 2\n")
  }

  @Test func keepsAFamilyOfOneKind() {
    let registry = PrometheusRegistry()
    Counter(label: "x", factory: registry).increment()
    Meter(label: "x", dimensions: [("a", "b")], factory: registry).set(7)
    #expect(registry.text == "# TYPE x counter\nx 1\n")
  }

  @Test func countsRequests() async throws {
    try await TestServer.run([ConnectProtocolTests.version]) { (server) async throws in
      _ = try await server.post(ConnectProtocolTests.path, "{}")
      _ = try await server.post(ConnectProtocolTests.path, "nonsense")
      _ = try await server.post("/made/up", "{}")
      let text = server.registry.text
      #expect(text.contains(#"berth_requests_total{method="Version",code="ok"} 1"#))
      #expect(text.contains(#"berth_requests_total{method="Version",code="invalid_argument"} 1"#))
      #expect(text.contains(#"berth_requests_total{method="other",code="unimplemented"} 1"#))
      #expect(!text.contains("made"))
    }
  }
}
