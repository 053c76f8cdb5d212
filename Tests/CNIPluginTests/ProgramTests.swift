import CNI
import Glibc
import JSON
import LinuxKernel
import Testing

@testable import CNIPlugin

/// What a program answers to its name, its environment and its input.
@Suite struct ProgramTests {
  private func answer(
    _ program: PluginProgram, _ name: String, _ environment: [String: String],
    _ input: String = ""
  ) -> PluginProgram.Answer {
    program.answer(name: name, environment: environment) { (_) throws(PluginError) in Array(input.utf8) }
  }

  @Test func withoutACommandItSaysWhatItIs() {
    for environment in [[:], ["CNI_COMMAND": ""]] {
      let said = answer(PluginProgram(ProbePlugin(), about: "A probe."), "probe", environment)
      #expect(said.status == 0 && said.stdout.isEmpty)
      #expect(
        said.stderr == "A probe.\nCNI protocol versions supported: 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0\n")
    }
  }

  @Test func anUnknownVerb() throws {
    let said = answer(PluginProgram(ProbePlugin()), "probe", ["CNI_COMMAND": "FOO"])
    let document = try JSON(parsing: said.stdout)
    #expect(said.status == 1 && document["code"]?.integer == 4)
    #expect(document["msg"]?.string == "unknown CNI_COMMAND: FOO" && document["cniVersion"]?.string == "1.1.0")
  }

  @Test(arguments: [
    ("", "1.1.0"), ("no JSON", "1.1.0"), (#"{"cniVersion":"0.4.0"}"#, "0.4.0"), (#"{"cniVersion":"9.0.0"}"#, "1.1.0"),
  ])
  func versionTellsAgainWhatItIsAskedIn(input: String, version: String) throws {
    let said = answer(PluginProgram(ProbePlugin()), "x", ["CNI_COMMAND": "VERSION"], input)
    #expect(said.status == 0)
    #expect(try JSON(parsing: said.stdout)["cniVersion"]?.string == version)
  }

  @Test func versionWaitsForNobodyWhoGivesNothing() throws {
    let pipe = try Pipe()
    let begin = SuspendingClock.now
    #expect(StandardStreams.readAtHand(pipe.read.raw) == [])
    #expect(SuspendingClock.now - begin < .seconds(30))
    #expect(StandardStreams.readAtHand(-1) == [])
  }

  @Test func inputThatCannotBeReadIsAnErrorOfItsOwn() throws {
    let said = PluginProgram(ProbePlugin()).answer(name: "x", environment: ["CNI_COMMAND": "ADD"]) {
      (_) throws(PluginError) in throw PluginError("cannot read", code: 5)
    }
    #expect(said.status == 1 && said.stderr.isEmpty)
    #expect(try JSON(parsing: said.stdout) == ["cniVersion": "1.1.0", "code": 5, "msg": "cannot read"])
  }

  @Test func inputIsReadToItsEndAndBounded() throws {
    func name(limit: Int) throws(PluginError) -> [UInt8] {
      let file = OwnedDescriptor(open("/proc/self/comm", O_RDONLY))
      return try StandardStreams.read(file.raw, limit: limit)
    }
    let whole = try name(limit: 100)
    #expect(whole.last == UInt8(ascii: "\n"))
    #expect(try name(limit: whole.count) == whole)
    #expect(throws: PluginError.self) { try name(limit: whole.count - 1) }
    let zeros = OwnedDescriptor(open("/dev/zero", O_RDONLY))
    let tooMuch = #expect(throws: PluginError.self) { try StandardStreams.read(zeros.raw, limit: 100_000) }
    #expect(tooMuch?.code == 5 && tooMuch?.message.hasSuffix("more than 100000 bytes") == true)
    let folder = OwnedDescriptor(open("/", O_RDONLY))
    let unreadable = #expect(throws: PluginError.self) { try StandardStreams.read(folder.raw) }
    #expect(unreadable?.code == 5 && unreadable?.message.contains("directory") == true)
  }

  @Test(arguments: [("1", 0), ("true", 0), ("TRUE", 0), ("0", 1), ("false", 1), ("", 1)] as [(String, Int32)])
  func theNamespaceOfTheProgramMayBeAllowed(override: String, status: Int32) {
    let environment = [
      "CNI_COMMAND": "DEL", "CNI_CONTAINERID": "c", "CNI_IFNAME": "eth0", "CNI_PATH": "/p",
      "CNI_NETNS": "/proc/self/ns/net", "CNI_NETNS_OVERRIDE": override,
    ]
    let configuration = #"{"name":"n","cniVersion":"1.0.0"}"#
    #expect(answer(PluginProgram(BarePlugin()), "bare", environment, configuration).status == status)
  }

  @Test func theNameChoosesThePlugin() throws {
    let program = PluginProgram(ProbePlugin(failure: PluginError("I am the probe")), BarePlugin())
    let environment = [
      "CNI_COMMAND": "DEL", "CNI_CONTAINERID": "c", "CNI_IFNAME": "eth0", "CNI_PATH": "/p",
    ]
    let configuration = #"{"name":"n","cniVersion":"1.0.0"}"#
    #expect(answer(program, "/x/bare", environment, configuration).status == 0)
    let probe = answer(program, "probe", environment, configuration)
    #expect(try JSON(parsing: probe.stdout)["msg"]?.string == "I am the probe" && probe.status == 1)
    let neither = answer(program, "/x/other", environment, configuration)
    #expect(
      try JSON(parsing: neither.stdout)["details"]?.string?.contains("probe, bare") == true && neither.status == 1)
    #expect(answer(PluginProgram(BarePlugin()), "/x/other", environment, configuration).status == 0)
  }
}

extension ProbePlugin {
  fileprivate init(failure: PluginError) { self.init(failure: failure, result: nil) }
}
