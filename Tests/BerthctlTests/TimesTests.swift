import Testing

@testable import berthctl

@Suite("times for people")
struct TimesTests {
  @Test(
    "ages are docker's",
    arguments: [
      (-5, "Less than a second"), (0, "Less than a second"), (1, "1 second"), (59, "59 seconds"),
      (60, "About a minute"),
      (119, "About a minute"), (120, "2 minutes"), (2700, "45 minutes"), (3599, "59 minutes"), (3600, "About an hour"),
      (5400, "2 hours"), (47 * 3600, "47 hours"), (48 * 3600, "2 days"), (13 * 86400, "13 days"),
      (14 * 86400, "2 weeks"),
      (60 * 86400, "2 months"), (729 * 86400, "24 months"), (730 * 86400, "2 years"),
    ] as [(Int64, String)])
  func ages(_ seconds: Int64, _ words: String) {
    #expect(HumanDuration.rough(seconds * 1_000_000_000) == words)
  }

  @Test(
    "durations have three digits",
    arguments: [
      (0, "0 µs"), (999, "0 µs"), (12_345, "12 µs"), (999_999, "999 µs"), (1_000_000, "1.00 ms"),
      (3_141_592, "3.14 ms"),
      (9_996_000, "10.0 ms"), (34_249_000, "34.2 ms"), (999_400_000, "999 ms"), (1_500_000_000, "1.50 s"),
      (61_000_000_000, "1m1s"),
    ] as [(Int64, String)])
  func durations(_ nanoseconds: Int64, _ words: String) {
    #expect(HumanDuration.precise(nanoseconds) == words)
  }

  @Test(
    "dates are RFC 3339 with as many digits as are needed",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (1_700_000_000_000_000_000, "2023-11-14T22:13:20Z"),
      (1_700_000_000_120_000_000, "2023-11-14T22:13:20.12Z"),
      (1_700_000_000_000_000_001, "2023-11-14T22:13:20.000000001Z"),
      (-1, "1969-12-31T23:59:59.999999999Z"),
    ] as [(Int64, String)])
  func dates(_ nanoseconds: Int64, _ words: String) {
    #expect(Timestamp(nanoseconds: nanoseconds, inUTC: true).rfc3339 == words)
  }

  @Test(
    "spans of time are Go's, or seconds",
    arguments: [
      ("2s", .seconds(2)), ("10", .seconds(10)), ("0", .zero), ("1m30s", .seconds(90)), ("1.5h", .seconds(5400)),
      ("500ms", .milliseconds(500)), ("1h1m1s", .seconds(3661)), ("5us", .microseconds(5)),
    ] as [(String, Duration)])
  func spans(_ text: String, _ duration: Duration) {
    #expect(TimeSpan(argument: text)?.duration == duration)
  }

  @Test(
    "other words are no span",
    arguments: ["", "x", "s", "5x", "1m30", "-5s", "1 s", "1..5s", "1e9s", "99999999999999999999h"])
  func noSpans(_ text: String) {
    #expect(TimeSpan(argument: text) == nil)
  }
}
