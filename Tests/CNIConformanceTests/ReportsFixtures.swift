import Glibc
import JSON

@testable import CNIConformance

extension CaseReport {
  /// A report of a trial that made up its verdict.
  static func made(
    _ verdict: Verdict, id: String = "spec/one", subject: String = "bridge", weight: Weight = .must,
    version: String = "1.0.0", calls: [CallEvidence] = [], figures: [Figure] = []
  ) -> CaseReport {
    CaseReport(
      id: id, level: .spec, weight: weight, expectation: "It works.", basis: "CNI 1.1.0, section 2", subject: subject,
      network: "net", version: version, verdict: verdict, milliseconds: 12.5, calls: calls, figures: figures)
  }
}

extension CallEvidence {
  /// A call whose texts hold what no format takes as it is.
  static let hostile = CallEvidence(
    plugin: "bridge", executable: "/usr/lib/cni/bridge",
    environment: [.init(name: "CNI_COMMAND", value: "ADD"), .init(name: "CNI_ARGS", value: "A='1'\n;B=\u{1b}[31m")],
    standardInput: Array("{\"name\":\"it's\"}".utf8), standardOutput: "<&>\"]]>\u{0}\u{1b}[2J\r\n...\n# ok 7\n",
    standardError: "::error::no\n```\n", outcome: "exit status 1")
}

/// A report as one writer makes it of these trials.
func written(
  _ make: (ReportSink) -> any ReportWriter, _ reports: [CaseReport], expectations: [Expectation] = [],
  isTerminal: Bool = false
) -> String {
  var text = ""
  let writer = make(ReportSink(isTerminal: isTerminal, columns: isTerminal ? 80 : 0) { text += $0 })
  let plugin = PluginIdentity(
    type: "bridge", executable: "/usr/lib/cni/bridge", release: "1.1.1", specifications: ["0.4.0", "1.0.0"])
  let plan = RunPlan(
    suiteVersion: "0.2.0", networks: [.init(name: "net", version: "1.0.0", plugins: [plugin])], trials: reports.count,
    seed: 7)
  var assessor = Assessor(strict: false, expectations: expectations, releases: plan.releases)
  writer.begin(plan)
  for report in reports { writer.add(report, assessor.assess(report)) }
  writer.end(assessor.summary(elapsed: .milliseconds(1500)))
  return text
}

/// One trial of each kind, and the expectations that make two of them.
let allKinds: (reports: [CaseReport], expectations: [Expectation]) = (
  [
    .made(.passed, figures: [Figure(name: "ADD p50 ms", value: 3.25)]),
    .made(.failed(["it <did> not", "nor again"]), id: "spec/two", calls: [.hostile]),
    .made(.failed(["not so nice"]), id: "spec/three", weight: .should, calls: [.hostile]),
    .made(.skipped("there is # nothing\nto do"), id: "spec/four"),
    .made(.failed(["known"]), id: "spec/five"), .made(.passed, id: "spec/six"),
  ],
  [
    Expectation(plugin: "bridge", versions: .any, caseID: "spec/five", reason: "plugins#810", line: 1),
    Expectation(plugin: "bridge", versions: .any, caseID: "spec/six", reason: "was broken", line: 2),
  ]
)

/// Runs a script in bash; what it printed, and its exit status.
func bash(_ script: String, _ arguments: String...) -> (output: [UInt8], status: Int32) {
  var path = Array("/tmp/conformance-XXXXXX".utf8CString)
  let descriptor = mkstemp(&path)
  let name = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  ReportSink(descriptor: descriptor).write(script)
  close(descriptor)
  defer { unlink(name) }
  let command = (["exec bash", name] + arguments.map(Shell.word)).joined(separator: " ")
  guard let pipe = popen(command, "r") else { return ([], -1) }
  var output: [UInt8] = []
  while case let byte = fgetc(pipe), byte != EOF { output.append(UInt8(truncatingIfNeeded: byte)) }
  return (output, (pclose(pipe) >> 8) & 0xff)
}
