import Testing

@testable import PodSandbox

@Suite struct ValidationTests {
  typealias Change = @Sendable (inout PodSandboxConfiguration) -> Void

  static let refused: [(String, Change)] = [
    ("config.metadata.name", { $0.metadata.name = "" }),
    ("config.metadata.name", { $0.metadata.name = "../x" }),
    ("config.metadata.name", { $0.metadata.name = "a;K8S_POD_NAME=b" }),
    ("config.metadata.namespace", { $0.metadata.namespace = "-n" }),
    ("config.metadata.uid", { $0.metadata.uid = String(repeating: "u", count: 254) }),
    ("config.hostname", { $0.hostname = String(repeating: "h", count: 65) }),
    ("config.hostname", { $0.hostname = "a b" }),
    ("config.logDirectory", { $0.logDirectory = "var/log" }),
    (
      "config.dnsConfig.servers[0]",
      {
        $0.dnsConfig = .init(); $0.dnsConfig?.servers = ["1.1.1.1\nsearch evil"]
      }
    ),
    ("config.portMappings[0].containerPort", { $0.portMappings = [.init()] }),
    (
      "config.portMappings[0].hostPort",
      {
        $0.portMappings = [.init()]; $0.portMappings[0].containerPort = 1; $0.portMappings[0].hostPort = 65536
      }
    ),
    (
      "config.portMappings[0].hostIp",
      {
        $0.portMappings = [.init()]; $0.portMappings[0].containerPort = 1; $0.portMappings[0].hostIP = "a b"
      }
    ),
    ("config.portMappings[0].hostIp", { $0.portMappings = [HostPortTests.mapping(1, "localhost")] }),
    ("config.portMappings[0].hostIp", { $0.portMappings = [HostPortTests.mapping(1, "fe80::1%eth0")] }),
    ("config.portMappings[0].hostIp", { $0.portMappings = [HostPortTests.mapping(1, "1.2.3")] }),
    ("config.portMappings[0].hostIp", { $0.portMappings = [HostPortTests.mapping(0, "010.0.0.1")] }),
    ("config.linux.cgroupParent", { $0.linux.cgroupParent = "/a/../../b" }),
    ("config.linux.sysctls", { $0.linux.sysctls = ["kernel.hostname": "x"] }),
    (
      "config.linux.sysctls",
      {
        $0.linux.sysctls = ["net.ipv4.ip_forward": "1"]; $0.linux.securityContext.namespaceOptions.network = .node
      }
    ),
    ("config.linux.sysctls", { $0.linux.sysctls = ["net/../kernel/panic": "1"] }),
    ("config.linux.securityContext.runAsGroup", { $0.linux.securityContext.runAsGroup = 1 }),
    ("config.linux.securityContext.runAsUser", { $0.linux.securityContext.runAsUser = 4_294_967_295 }),
    ("config.linux.securityContext.runAsUser", { $0.linux.securityContext.runAsUser = -1 }),
    ("namespaceOptions.network", { $0.linux.securityContext.namespaceOptions.network = .container }),
    ("namespaceOptions.pid", { $0.linux.securityContext.namespaceOptions.pid = .target }),
    ("usernsOptions.uids", { $0.linux.securityContext.namespaceOptions.userNamespace = .init() }),
  ]

  @Test(arguments: refused.indices)
  func refuses(index: Int) throws {
    let (field, change) = Self.refused[index]
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "web"
    change(&configuration)
    let error = try #require(throws: SandboxError.self) { try configuration.validate() }
    #expect(error.code == .invalidArgument)
    #expect(error.message.contains(field), "\(error.message)")
  }

  @Test("what the peers accept is accepted")
  func accepts() throws {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "nginx-sandbox"
    configuration.metadata.namespace = "default"
    configuration.hostname = "web-0.example"
    configuration.logDirectory = "/tmp"
    configuration.linux.cgroupParent = "/kubepods.slice"
    configuration.linux.sysctls = [
      "kernel.shm_rmid_forced": "1", "fs.mqueue.msg_max": "100", "net.core.somaxconn": "500",
    ]
    configuration.linux.securityContext.runAsUser = 0
    try configuration.validate()
  }

  @Test("a fault's message is short, however long one character of the value is")
  func short() throws {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "a" + String(repeating: "\u{301}", count: 100_000)
    let error = try #require(throws: SandboxError.self) { try configuration.validate() }
    #expect(error.message.utf8.count < 512)
  }

  @Test("a host name may have a '_' in it", arguments: ["a_b", "_x", "a_"])
  func underscores(hostname: String) throws {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "web"
    configuration.hostname = hostname
    try configuration.validate()
  }
}
