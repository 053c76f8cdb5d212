import RuntimeAPI
import Testing

@testable import berthctl

@Suite("the waterfall")
struct WaterfallTests {
  private let trace = Berth.Trace(
    podSandboxId: "ab", operation: "RunPodSandbox", startedAt: 0, durationNanoseconds: 10_000_000, outcome: "failed",
    error: "plugin\nfailed",
    steps: [
      .init(step: "StartPause", action: "do", outcome: "ok", startNanoseconds: 0, durationNanoseconds: 1_000_000),
      .init(
        step: "AttachNetworks", action: "do", outcome: "failed", error: "portmap", startNanoseconds: 1_000_000,
        durationNanoseconds: 6_000_000,
        pluginCalls: [
          .init(
            plugin: "portmap", network: "berth", verb: "ADD", interface: "eth0", startNanoseconds: 2_000_000,
            durationNanoseconds: 4_000_000, outcome: "failed", exitStatus: 1,
            error: .init(code: 7, msg: "m", details: "d"),
            stderr: "one\n\u{1b}[2Jtwo\n")
        ]),
      .init(step: "Commit", action: "do", outcome: "skipped", startNanoseconds: 7_000_000),
      .init(
        step: "StartPause", action: "undo", outcome: "ok", startNanoseconds: 9_000_000, durationNanoseconds: 1_000_000),
    ])

  @Test("each step and call has its line, bars lie where the time went, undo is marked")
  func picture() {
    let text = Waterfall(trace, columns: 10, hasUnicode: true).text
    let lines = text.split(separator: "\n").dropFirst()
    #expect(
      lines.joined(separator: "\n") == """
            plugin failed
        STEP                         START      TIME
        StartPause                    0 µs   1.00 ms  |█         | ok
        AttachNetworks             1.00 ms   6.00 ms  | ██████   | failed
            portmap
          portmap ADD berth eth0   2.00 ms   4.00 ms  |  ████    | failed (exit status 1)
            error 7: m; d
            stderr: one
            stderr: \\u{1b}[2Jtwo
        Commit                     7.00 ms      0 µs  |       .  | skipped
        undo StartPause            9.00 ms   1.00 ms  |         ░| ok
        """)
    #expect(text.hasPrefix("RunPodSandbox  ab  19"))
    #expect(text.contains("failed after 10.0 ms"))
  }

  @Test("without UTF-8 the bars are ASCII")
  func ascii() {
    let text = Waterfall(trace, columns: 10, hasUnicode: false).text
    #expect(text.contains("| ######   | failed"))
    #expect(text.contains("|         -| ok"))
  }

  @Test("numbers out of order do not break the picture")
  func hostile() {
    var odd = trace
    odd.durationNanoseconds = 0
    odd.steps[0].startNanoseconds = .max / 4
    odd.steps[1].startNanoseconds = -5
    odd.steps[2].durationNanoseconds = -5
    let lines = Waterfall(odd, columns: 80, hasUnicode: true).text.split(separator: "\n")
    #expect(lines.count == 12)
    #expect(Waterfall(Berth.Trace(), columns: 1, hasUnicode: true).text.split(separator: "\n").count == 1)
  }
}
