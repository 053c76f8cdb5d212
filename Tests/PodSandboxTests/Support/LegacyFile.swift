import JSON
import LinuxKernel

@testable import PodSandbox

/// Records as Berth 0.1.0 wrote them.
enum LegacyFile {
  static let result = #"{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.2/24"}]}"#

  /// The first line, without its newline.
  static func intent(
    id: String = Samples.id(), version: Int = 1, name: String = "web", isOutcomeInside: Bool = false
  ) -> String {
    let configuration = String(
      decoding: RecordLine.line(Samples.configuration(name) { $0.hostname = "old" }).dropLast(), as: UTF8.self)
    let attachment =
      #"{"arguments":[{"key":"K8S_POD_NAME","value":"\#(name)"}],"capabilityArguments":{},"containerID":"\#(id)","interfaceName":"eth0","networkNamespace":"/n"}"#
    let network =
      #"{"attachment":\#(attachment),"configuration":\#(JSON.string(Samples.list))"#
      + (isOutcomeInside ? #","result":\#(JSON.string(result))}"# : "}")
    return
      #"{"bootID":"b","configuration":\#(configuration),"createdAt":77,"id":"\#(id)","networks":[\#(network)],"runtimeHandler":"h","stage":"creating","version":\#(version)"#
      + (isOutcomeInside ? #","outcome":\#(outcome)}"# : "}")
  }

  static let outcome =
    #"{"additionalIPs":["fd00::2"],"ip":"10.0.0.2","networkNamespace":{"dev":4,"ino":5},"pause":{"pid":7,"startTime":8}}"#

  /// The second line, without its newline.
  static func commitment(_ results: String = "[\(JSON.string(result))]") -> String {
    #"{"outcome":\#(outcome),"results":\#(results),"trace":{"sandboxID":"x"}}"#
  }

  static func bytes(_ lines: String...) -> [UInt8] { lines.flatMap { Array("\($0)\n".utf8) } }

  /// What a record of version 1 with both lines says, as far as this version keeps it.
  static func record(_ stage: SandboxRecord.Stage, _ change: (inout SandboxRecord) -> Void = { _ in }) -> SandboxRecord
  {
    var record = SandboxRecord(
      SandboxRecord.Intent(
        id: Samples.id(), configuration: Samples.configuration { $0.hostname = "old" }, runtimeHandler: "h",
        networks: [Samples.network()], bootID: "b", createdAt: 77, warnings: []))
    record.stage = stage
    if stage != .creating {
      record.outcome = SandboxRecord.Outcome(
        pause: .init(pid: 7, startTime: 8), ip: "10.0.0.2", additionalIPs: ["fd00::2"],
        networkNamespace: .init(dev: 4, ino: 5), results: [result], warnings: [])
    }
    if stage == .owed { record.owedSince = 99 }
    change(&record)
    return record
  }
}
