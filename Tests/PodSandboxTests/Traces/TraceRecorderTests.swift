import CNI
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("An operation is written down while it runs", .timeLimit(.minutes(1)))
struct TraceRecorderTests {
  private let trace = TraceRecorder(.stop, sandboxID: "id", startedAt: 7)

  @Test("what it is, of what and since when")
  func head() {
    let snapshot = trace.snapshot()
    #expect(snapshot.sandboxID == "id" && snapshot.operation == .stop && snapshot.startedAt == 7)
    #expect(snapshot.outcome == .ok && snapshot.error == nil && snapshot.steps.isEmpty)
    #expect(snapshot.duration >= 0)
    let failed = trace.snapshot(error: "no")
    #expect(failed.outcome == .failed && failed.error == "no")
  }

  @Test("calls, notes and ends go to their own step, also those that come late")
  func entries() throws {
    let first = trace.begin(.attachNetworks, .do)
    let second = trace.begin(.attachNetworks, .undo)
    trace.add(Samples.call("late"), to: first)
    trace.add(Samples.call("bridge"), to: second)
    trace.note("excused", in: first)
    trace.end(second, .ok)
    trace.end(first, .timeout, error: "stuck")
    trace.skip(.createCgroup, reason: "waits")
    trace.add(Samples.call("nobody's"), to: nil)
    trace.note("nobody's", in: nil)
    trace.end(nil, .failed, error: "nobody's")
    let steps = trace.snapshot().steps
    #expect(steps.map(\.step) == [.attachNetworks, .attachNetworks, .createCgroup])
    #expect(steps.map(\.action) == [.do, .undo, .undo])
    #expect(steps.map(\.outcome) == [.timeout, .ok, .skipped])
    #expect(steps.map(\.error) == ["stuck", nil, "waits"])
    #expect(steps.map { $0.pluginCalls.map(\.plugin) } == [["late"], ["bridge"], []])
    #expect(steps.map(\.notes) == [["excused"], [], []])
    #expect(steps[0].start <= steps[1].start && steps[0].duration > steps[1].duration && steps[1].duration > 0)
  }

  @Test("an entry of another trace that this one has not is nobody's")
  func foreignEntry() {
    let other = TraceRecorder(.run, sandboxID: "other")
    _ = other.begin(.writeIntent, .do)
    let entry = other.begin(.commit, .do)
    trace.end(entry, .failed)
    #expect(trace.snapshot().steps.isEmpty)
    _ = trace.begin(.writeIntent, .do)
    trace.end(entry, .failed)
    #expect(trace.snapshot().steps.map(\.outcome) == [.ok])
  }

  @Test("a plugin call is told with its error, its exit and the end of its words")
  func pluginCalls() throws {
    let entry = trace.begin(.attachNetworks, .do)
    let error = CNIError(.plugin, code: 11, "busy", details: "try again")
    trace.add(
      Samples.call("a", .failed, exit: .exited(1), error: error, stderr: String(repeating: "x", count: 5000)), to: entry
    )
    trace.add(Samples.call("b", .timeout, exit: nil, error: CNIError(.timeout, "late")), to: entry)
    trace.add(Samples.call("c", .cancelled, exit: .signalled(9)), to: entry)
    trace.add(Samples.call("d"), to: entry)
    let calls = try #require(trace.snapshot().steps.first).pluginCalls
    #expect(calls.map(\.outcome) == [.failed, .timeout, .cancelled, .ok])
    #expect(calls.map(\.exitStatus) == [1, nil, nil, 0])
    #expect(calls.map(\.errorCode) == [11, 0, nil, nil])
    #expect(calls.map(\.errorMessage) == ["busy", "late", nil, nil])
    #expect(calls.map(\.errorDetails) == ["try again", nil, nil, nil])
    #expect(calls[0].stderr?.hasSuffix(" bytes left out]") == true && calls[3].stderr == nil)
    #expect(calls.allSatisfy { $0.verb == "ADD" && $0.network == "n" && $0.interface == "eth0" })
    #expect(calls.allSatisfy { $0.duration == 3_000_000 && $0.start >= 0 })
  }

  @Test("long words are cut")
  func longWords() throws {
    let entry = trace.begin(.commit, .do)
    let long = String(repeating: "x", count: 100_000)
    trace.note(long, in: entry)
    trace.end(entry, .failed, error: long)
    let step = try #require(trace.snapshot().steps.first)
    for text in [step.notes[0], step.error ?? ""] {
      #expect(text.hasPrefix("xxx") && text.hasSuffix("… [83656 bytes left out]"))
      #expect(text.utf8.count < 17 << 10)
    }
  }
}
