import Testing

@testable import PodSandbox

@Suite(.timeLimit(.minutes(1))) struct RecordedTests {
  @Test("a record is believed as far as its names, paths and ids are those of a request")
  func refuses() throws {
    let faults: [(String, (inout PodSandboxConfiguration) -> Void)] = [
      ("config.metadata.name", { $0.metadata.name = "../x" }),
      ("config.hostname", { $0.hostname = "a b" }),
      ("config.linux.cgroupParent", { $0.linux.cgroupParent = "/a/../b" }),
      ("config.linux.securityContext.runAsUser", { $0.linux.securityContext.runAsUser = -1 }),
      ("config.linux.securityContext.supplementalGroups", { $0.linux.securityContext.supplementalGroups = [1 << 32] }),
      ("config.annotations[capability.berth/x]", { $0.annotations = ["capability.berth/x": "{"] }),
    ]
    for (field, change) in faults {
      var configuration = PodSandboxConfiguration()
      configuration.metadata.name = "web"
      try configuration.validateRecorded()
      change(&configuration)
      let error = try #require(throws: SandboxError.self) { try configuration.validateRecorded() }
      #expect(error.message.contains(field), "\(error)")
    }
  }

  @Test("what later rules refuse of a request does not make a record of an earlier daemon useless")
  func accepts() throws {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "web"
    configuration.annotations = ["k": String(repeating: "x", count: 1 << 20)]
    configuration.portMappings = [
      HostPortTests.mapping(80, "localhost"), HostPortTests.mapping(80), HostPortTests.mapping(80),
    ]
    configuration.linux.securityContext.selinuxOptions = .init()
    try configuration.validateRecorded()
    #expect(throws: SandboxError.self) { try configuration.validate(on: HostFeatures()) }
  }

  @Test(
    "a record of version 1 has its parent where it was made",
    arguments: [("a-b.slice", "/a-b.slice"), ("/a//b/", "/a/b"), ("pods", "/pods"), ("", nil)] as [(String, String?)])
  func literally(text: String, path: String?) throws {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "web"
    configuration.linux.cgroupParent = text
    configuration.linux.takeCgroupParentLiterally()
    try configuration.validateRecorded()
    #expect(configuration.linux.cgroupParentPath == path)
  }
}
