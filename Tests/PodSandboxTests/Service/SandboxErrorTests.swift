import CNI
import LinuxKernel
import SystemPackage
import Testing

@testable import PodSandbox

@Suite("Why a run, a stop or a remove failed", .timeLimit(.minutes(1)))
struct SandboxErrorTests {
  private let record = Samples.record(.creating)

  private func error(
    _ cause: any Error, step: StepName = .attachNetworks, undo: [StepReport] = [], givenUp: Impatience? = nil
  ) -> SandboxError {
    SandboxError(
      TransactionFailure(step: step, cause: cause, undo: undo, subject: Samples.pod(record)), givenUp: givenUp)
  }

  private let cancellations: [any Error] = [
    Cancelled(), CNIError(.cancelled, "killed"), KernelError(errno: .canceled, operation: "sync", subject: "x"),
  ]

  @Test("cut off by the shutdown: it says so, names the step and the trace that is kept", arguments: 0..<3)
  func shutdown(_ index: Int) {
    let error = error(cancellations[index], givenUp: .shutdown)
    #expect(error.code == .unavailable && error.sandboxID == record.id)
    #expect(error.message.contains("cut off during AttachNetworks because berthd is shutting down"))
    #expect(error.message.contains("berthctl trace \(record.id)"))
  }

  @Test("given up because nobody waits: it is cancelled, whoever was cut off", arguments: 0..<3)
  func abandoned(_ index: Int) {
    for givenUp in [Impatience.abandoned, nil] {
      let error = error(cancellations[index], step: .startPause, givenUp: givenUp)
      #expect(error.code == .cancelled)
      #expect(error.message.contains("given up during StartPause"))
      #expect(!error.message.contains("shutting down"))
    }
  }

  @Test("a step that failed by itself during a shutdown failed by itself")
  func ownFailure() {
    let error = error(Fault("no pids"), step: .startPause, givenUp: .shutdown)
    #expect(error.code == .internal && error.message == "StartPause: no pids")
  }

  @Test("a plugin's failure is told with its words and its code")
  func plugin() {
    let cause = CNIError(.plugin, code: 11, "busy", plugin: "bridge", network: "n", verb: .add)
    let error = error(cause)
    #expect(error.code == .internal)
    #expect(error.message.hasPrefix("failed to setup network for sandbox \"\(record.id)\": "))
    #expect(error.message.contains("busy") && error.message.hasSuffix("(CNI error code 11)"))
    #expect(!self.error(CNIError(.timeout, code: 11, "late")).message.contains("CNI error code"))
  }

  @Test(
    "the kind follows from the cause",
    arguments: [
      (Errno.noSpace, SandboxError.Code.resourceExhausted), (.tooManyOpenFiles, .resourceExhausted),
      (.tooManyOpenFilesInSystem, .resourceExhausted), (.noMemory, .resourceExhausted),
      (.resourceTemporarilyUnavailable, .resourceExhausted), (.timedOut, .deadlineExceeded), (.ioError, .internal),
    ])
  func kernel(_ errno: Errno, _ code: SandboxError.Code) {
    let error = error(KernelError(errno: errno, operation: "write", subject: "/records/x"), step: .writeIntent)
    #expect(error.code == code)
    #expect(error.message.hasPrefix("WriteIntent: write /records/x"))
  }

  @Test("an error of ours keeps its kind, a record that would be too long is a limit that was met")
  func own() {
    #expect(error(SandboxError(.deadlineExceeded, "stuck")).code == .deadlineExceeded)
    #expect(error(SandboxError(.invalidArgument, "no such parameter")).code == .invalidArgument)
    #expect(error(RecordFault("too long"), step: .writeIntent).code == .resourceExhausted)
  }

  @Test("what could not be undone is told with its reason, what waits for it by name, what went well not at all")
  func undo() {
    let reports = [
      Samples.report(.commit, .ok), Samples.report(.attachNetworks, .failed, "plugin says no"),
      Samples.report(.pinNetworkNamespace, .skipped, "waits for AttachNetworks"),
      Samples.report(.startPause, .failed), Samples.report(.writeIntent, .skipped, "waits"),
    ]
    let text =
      "AttachNetworks could not be undone: plugin says no; StartPause could not be undone: no reason given "
      + "(therefore kept: PinNetworkNamespace, WriteIntent)"
    let run = error(Fault("x"), step: .commit, undo: reports)
    #expect(run.message == "Commit: x; \(text)")
    #expect(run.undo == reports)
    let stop = SandboxError(reports.filter { $0.outcome != .ok }, .stop, record.id, reports)
    #expect(stop.message.hasPrefix("StopPodSandbox of \(record.id): \(text)"))
    #expect(stop.code == .internal && stop.sandboxID == record.id && stop.undo == reports)
    #expect(error(Fault("x"), undo: [Samples.report(.commit, .ok)]).message == "AttachNetworks: x")
    let failed = SandboxError([reports[1]], .remove, record.id, [])
    #expect(failed.message.contains("RemovePodSandbox") && !failed.message.contains("therefore kept"))
  }

  @Test("plugins' words by the megabyte are cut")
  func long() {
    let words = String(repeating: "x", count: 4 << 20)
    #expect(error(CNIError(.plugin, words)).message.utf8.count < 17 << 10)
    let reports = [Samples.report(.attachNetworks, .failed, words)]
    #expect(SandboxError(reports, .stop, record.id, reports).message.utf8.count < 17 << 10)
  }
}
