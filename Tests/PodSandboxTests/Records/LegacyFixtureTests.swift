import CNI
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("Records that Berth 0.1.0 itself wrote are understood", .timeLimit(.minutes(1)))
struct LegacyFixtureTests {
  /// What `upgrade.bats` fills in from a living pod.
  private static let words = [
    "@ID@": Samples.id(), "@BOOT@": "boot", "@CREATED@": "77", "@CGROUP@": "/berth", "@UUID@": "x", "@PID@": "7",
    "@START@": "8", "@IP@": "10.201.0.2", "@IP6@": "fd00:201::2", "@DEV@": "4", "@INO@": "5",
  ]

  private func read(_ name: String, mark: SandboxRecord.Stage? = nil) throws -> SandboxRecord {
    let tests = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let bytes = try DurableFile.read("/\(tests)/Integration/records-v1/\(name).json", limit: 1 << 20)
    var text = String(decoding: bytes, as: UTF8.self)
    for (word, value) in Self.words { text = text.replacing(word, with: value) }
    try #require(text.firstMatch(of: /@[A-Z0-9]+@/) == nil, "every word is filled in")
    return try LegacyRecord.read(Array(text.utf8), id: Samples.id(), mark: mark, markedAt: 99)
  }

  private static let files: [(String, SandboxRecord.Stage?, SandboxRecord.Stage)] = [
    ("creating", nil, .creating), ("ready", nil, .ready), ("full", nil, .ready), ("stopping", .stopping, .stopping),
    ("stopped", .stopped, .stopped), ("owed", .owed, .owed),
  ]

  @Test("each stage", arguments: files.indices)
  func stages(_ index: Int) throws {
    let (name, mark, stage) = Self.files[index]
    let record = try read(name, mark: mark)
    #expect(record.stage == stage)
    #expect(record.name.description == "old_default_uid-old_0")
    #expect(record.networks.count == 1 && record.networks[0].interfaceName == "eth0")
    #expect(try record.networks[0].list().name == "berth")
    #expect((record.outcome != nil) == (stage != .creating))
    let bytes = RecordFormat.header + (try record.lines.flatMap { try $0.bytes() })
    #expect(try RecordReader.read(bytes, id: record.id) == .record(record, length: bytes.count))
  }

  @Test("every field that the release honoured is kept")
  func full() throws {
    let record = try read("full")
    let configuration = record.configuration
    #expect(configuration.annotations == ["example.org/note": "kept \"as\" it is\n", "é": "ü"])
    #expect(configuration.labels == ["app": "old", "tier": ""])
    #expect(configuration.dnsConfig?.servers == ["10.0.0.53"] && configuration.dnsConfig?.options == ["ndots:2"])
    #expect(configuration.portMappings.map(\.hostPort) == [18081, 18081, 0])
    #expect(configuration.linux.cgroupParent == "/berth/parent")
    #expect(configuration.linux.resources?.memoryLimitInBytes == 134_217_728)
    #expect(configuration.linux.overhead?.memoryLimitInBytes == 67_108_864)
    #expect(
      configuration.linux.securityContext.runAsUser == 1234 && configuration.linux.securityContext.runAsGroup == 4321)
    #expect(configuration.linux.sysctls == ["net.ipv4.ip_unprivileged_port_start": "1"])
    #expect(configuration.logDirectory == "/run/berth-test/logs")
    let outcome = try #require(record.outcome)
    #expect(outcome.ip == "10.201.0.2" && outcome.results.count == 1 && !outcome.results[0].isEmpty)
  }
}
