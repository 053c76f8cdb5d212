import CNI
import JSON
import LinuxKernel
import Testing

@testable import CNIConformance

@Suite("What a trial's process tells")
struct TrialMessageTests {
  static func messages() throws -> [TrialMessage] {
    let list = try NetworkConfigurationList(
      parsing: Array(#"{"cniVersion": "1.0.0", "name": "n", "plugins": [{"type": "sh"}]}"#.utf8))
    let subject = try #require(try Subject.all(of: list, pluginDirectories: ["/bin"]).first)
    let request = Request(
      executable: "/bin/sh", plugin: "sh", environment: [.init("CNI_COMMAND", "ADD"), .init("CNI_ARGS", "")],
      standardInput: Array("{\"a\":\"é\\n\"}\n".utf8))
    let call = Call(
      request: request, response: PluginResponse(.ended(.exited(1)), stdout: Array("\n\"\u{1b}".utf8), stderr: "oh\n"),
      duration: .milliseconds(7))
    let tried = try #require(Catalogue.cases.first)
    return [
      .call(CallEvidence(call)), .broken("no \"namespaces\""), .other(.object(["type": "sh"])),
      .over(
        CaseReport(
          tried, subject: subject, verdict: .failed(["one", "two\n"]), milliseconds: 1.5, calls: [],
          figures: [Figure(name: "ADD p50 ms", value: 2.25)])),
    ]
  }

  @Test("each message is a line, and is read back as it was")
  func roundTrip() throws {
    for message in try Self.messages() {
      let line = message.line
      #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1 && line.last == UInt8(ascii: "\n"))
      #expect(TrialMessage(line.dropLast()) == message)
    }
  }

  @Test("lines come in pieces of any size, with what is no message between", arguments: [1, 7, 64, 100_000])
  func pieces(_ size: Int) throws {
    let messages = try Self.messages()
    let bytes = Array("garbage\n".utf8) + messages.flatMap { $0.line + Array("{}\n".utf8) } + Array("half".utf8)
    var lines = TrialMessage.Lines()
    var read: [TrialMessage] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      read += lines.add(bytes[start..<min(start + size, bytes.count)])
    }
    #expect(read == messages)
  }
}

@Suite("What a trial's tree is made of")
struct HostLayoutTests {
  @Test("uplinks are those that the network builds upon")
  func uplinks() {
    #expect(TrialNetwork.uplinks([["type": "bridge"]]) == ["uplink0"])
    #expect(TrialNetwork.uplinks([["master": "ens4"], ["master": "ens4"], ["master": "bond0"]]) == ["ens4", "bond0"])
    #expect(TrialNetwork.uplinks([["master": "longer-than-fifteen"], ["master": "lo"], ["master": ""]]) == ["uplink0"])
  }

  @Test("a path lies in a directory by whole names")
  func lying() {
    #expect(HostLayout.lies("/run/netns", in: "/run"))
    #expect(HostLayout.lies("/run", in: "/run"))
    #expect(!HostLayout.lies("/runner", in: "/run"))
    #expect(HostLayout.lies("/anything", in: "/"))
  }

  @Test("what must be seen in an emptied directory is kept, and what lies in another emptied one is not emptied twice")
  func emptied() {
    let layout = HostLayout(mounts: [], needed: ["/usr/bin"], data: ["/run/plugin", "/usr", "relative", "/"])
    #expect(layout.emptied == ["/run", "/tmp", "/usr", "/var/lib/berth", "/var/lib/cni", "/var/tmp"])
    #expect(layout.kept == ["/usr/bin"])
    #expect(layout.layered == ["/"])
  }

  @Test("where a plugin is reached by way of temporary files, they are seen")
  func temporary() {
    let layout = HostLayout(mounts: [], needed: ["/tmp/plugins/a/link"], data: [])
    #expect(layout.emptied == ["/run", "/var/lib/berth", "/var/lib/cni", "/var/tmp"])
  }
}
