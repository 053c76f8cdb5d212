import JSON
import Testing

@testable import PodSandbox

@Suite(.timeLimit(.minutes(1))) struct BoundsTests {
  typealias Change = @Sendable (inout PodSandboxConfiguration) -> Void

  private func configuration(_ change: Change) -> PodSandboxConfiguration {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "web"
    change(&configuration)
    return configuration
  }

  static let tooLarge: [(String, Change)] = [
    ("config.annotations", { $0.annotations = ["k": String(repeating: "x", count: 256 << 10)] }),
    ("config.annotations", { $0.annotations = map(257, 1 << 10) }),
    ("config.annotations", { $0.annotations = map(4097, 1) }),
    ("config.annotations", { $0.annotations = [String(repeating: "k", count: 1025): ""] }),
    ("config.labels", { $0.labels = ["k": String(repeating: "x", count: 256 << 10)] }),
    ("config.labels", { $0.labels = [String(repeating: "k", count: 1025): ""] }),
    ("config.logDirectory", { $0.logDirectory = "/" + String(repeating: "d", count: 4095) }),
    ("config.portMappings", { $0.portMappings = Array(repeating: HostPortTests.mapping(0), count: 4097) }),
    ("config.linux.sysctls", { $0.linux.sysctls = ["net.x": String(repeating: "1", count: 16 << 10)] }),
    (
      "config.linux.securityContext.supplementalGroups",
      { $0.linux.securityContext.supplementalGroups = Array(repeating: 1, count: 4097) }
    ),
    (
      "config.dnsConfig.servers",
      {
        $0.dnsConfig = .init(); $0.dnsConfig?.servers = list
      }
    ),
    (
      "config.dnsConfig.searches",
      {
        $0.dnsConfig = .init(); $0.dnsConfig?.searches = list
      }
    ),
    (
      "config.dnsConfig.options",
      {
        $0.dnsConfig = .init(); $0.dnsConfig?.options = list
      }
    ),
    (
      "config.linux.resources.unified",
      {
        $0.linux.resources = .init(); $0.linux.resources?.unified = map(17, 1 << 10)
      }
    ),
    (
      "config.linux.overhead.unified",
      {
        $0.linux.overhead = .init(); $0.linux.overhead?.unified = map(17, 1 << 10)
      }
    ),
    (
      "config.linux.resources.hugepageLimits",
      {
        $0.linux.resources = .init(); $0.linux.resources?.hugepageLimits = [String(repeating: "2", count: 16385): 1]
      }
    ),
    (
      "config.linux.resources.cpusetCpus",
      {
        $0.linux.resources = .init(); $0.linux.resources?.cpusetCpus = String(repeating: "1,", count: 3000)
      }
    ),
  ]

  static func map(_ count: Int, _ bytes: Int) -> [String: String] {
    Dictionary(uniqueKeysWithValues: (0..<count).map { ("memory.x\($0)", String(repeating: "v", count: bytes)) })
  }

  static let list = Array(repeating: String(repeating: "1", count: 1 << 10), count: 17)

  @Test("a part that is too large is refused before anything has an effect", arguments: tooLarge.indices)
  func refuses(index: Int) throws {
    let (field, change) = Self.tooLarge[index]
    let error = try #require(throws: SandboxError.self) { try configuration(change).validate(on: HostFeatures()) }
    #expect(error.code == .invalidArgument)
    #expect(error.message.hasPrefix("\(field): "), "\(error)")
    #expect(error.message.contains("the most") && error.message.utf8.count < 512, "\(error)")
  }

  @Test("what just fits is taken, and fits a record's line however it is escaped there")
  func fits() throws {
    let full = String(repeating: "\u{1}", count: (256 << 10) - 1)
    let configuration = configuration {
      ($0.labels, $0.annotations) = (["k": full], ["k": full])
      $0.portMappings = (1...4096).map { HostPortTests.mapping(Int32($0), "2001:db8:1234:5678:9abc:def0:1234:5678") }
      $0.linux.securityContext.supplementalGroups = Array(repeating: 4_294_967_294, count: 4096)
      $0.linux.sysctls = ["net.x": String(repeating: "\"", count: (16 << 10) - 5)]
      $0.dnsConfig = .init()
      let entries = Array(repeating: String(repeating: "\\", count: 4), count: 4096)
      $0.dnsConfig?.servers = entries
      $0.dnsConfig?.searches = entries
      $0.dnsConfig?.options = entries
      var resources = LinuxResources()
      resources.unified = ["memory.high": String(repeating: "\"", count: (16 << 10) - 11)]
      resources.hugepageLimits = ["2MB": .max]
      ($0.linux.resources, $0.linux.overhead) = (resources, resources)
      $0.logDirectory = "/" + String(repeating: "\u{1}", count: 4094)
    }
    try configuration.validate(on: HostFeatures())
    #expect(RecordLine.line(configuration).count < RecordFormat.maximumLine)
    // With the request's bytes too, which hold the largest fields once.
    var asked = configuration
    asked.request = JSON.object(["labels": ["k": .string(full)], "annotations": ["k": .string(full)]]).text()
    try asked.validate(on: HostFeatures())
    #expect(RecordLine.line(asked.recorded).count < RecordFormat.maximumLine)
    #expect(try asked.recorded.completed() == asked)
    asked.request = String(repeating: "\u{1}", count: RecordFormat.maximumLine / 6)
    let error = #expect(throws: SandboxError.self) { try asked.validate(on: HostFeatures()) }
    #expect(error?.message.hasPrefix("config: ") == true && error?.code == .invalidArgument)
  }

  @Test("control characters in values that the kernel gets, negative limits, and what is no controller's file")
  func values() throws {
    let refused: [(String, Change)] = [
      ("config.linux.sysctls[net.x]", { $0.linux.sysctls = ["net.x": "1\n2"] }),
      ("two spellings", { $0.linux.sysctls = ["net.ipv4.ip_forward": "1", "net/ipv4/ip_forward": "0"] }),
      (
        "config.linux.resources.cpuShares",
        {
          $0.linux.resources = .init(); $0.linux.resources?.cpuShares = -1
        }
      ),
      (
        "config.linux.resources.cpuPeriod",
        {
          $0.linux.resources = .init(); $0.linux.resources?.cpuPeriod = -1
        }
      ),
      (
        "config.linux.overhead.oomScoreAdj",
        {
          $0.linux.overhead = .init(); $0.linux.overhead?.oomScoreAdj = 1001
        }
      ),
      ("config.linux.resources.unified[memory.high]", { $0.unified("memory.high", "1\u{0}") }),
      ("config.linux.resources.unified", { $0.unified("cgroup.procs", "1") }),
      ("config.linux.resources.unified", { $0.unified("memory/../x.y", "1") }),
      ("config.linux.resources.unified", { $0.unified("memory", "1") }),
      ("config.linux.resources.unified", { $0.unified(".x", "1") }),
    ]
    for (word, change) in refused {
      let error = try #require(throws: SandboxError.self) { try configuration(change).validate(on: HostFeatures()) }
      #expect(error.code == .invalidArgument && error.message.contains(word), "\(error)")
    }
    for file in ["hugetlb.2MB.max", "memory.high", "io.bfq.weight", "cpu.max"] {
      try configuration { $0.unified(file, "8:0 rbps=1\n8:16 rbps=2") }.validate(on: HostFeatures())
    }
  }
}

extension PodSandboxConfiguration {
  fileprivate mutating func unified(_ file: String, _ value: String) {
    linux.resources = .init()
    linux.resources?.unified = [file: value]
  }
}
