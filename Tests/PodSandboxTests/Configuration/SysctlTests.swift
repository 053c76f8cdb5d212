import LinuxKernel
import SystemPackage
import Testing

@testable import PodSandbox

@Suite(.timeLimit(.minutes(1))) struct SysctlTests {
  private func linux(_ sysctls: [String: String]) -> LinuxConfiguration {
    var linux = LinuxConfiguration()
    linux.sysctls = sysctls
    return linux
  }

  private func text(_ parameters: [LinuxConfiguration.Parameter]) -> [String] {
    parameters.map { "\($0.name) = \($0.value)" }
  }

  private static let defaults = ["net.ipv4.ip_unprivileged_port_start = 0", "net.ipv4.ping_group_range = 0 2147483647"]

  @Test("parameters of eth0 are set after ADD, all others of the namespace before")
  func split() {
    let linux = linux([
      "net.ipv4.conf.eth0.rp_filter": "2", "net/ipv6/neigh/eth1/retrans_time_ms": "9",
      "net.ipv4.conf.all.rp_filter": "1",
      "net.ipv4.conf.lo.rp_filter": "3", "net.ipv6.conf.default.accept_ra": "0", "net.core.somaxconn": "5",
      "net.ipv4.conf.eth0/100.rp_filter": "1", "kernel.sem": "1 2 3 4", "net.mpls.conf.eth0.input": "1",
    ])
    #expect(
      text(linux.interfaceSysctls) == [
        "net.ipv4.conf.eth0.rp_filter = 2", "net.ipv4.conf.eth0/100.rp_filter = 1", "net.mpls.conf.eth0.input = 1",
        "net/ipv6/neigh/eth1/retrans_time_ms = 9",
      ])
    #expect(
      text(linux.networkSysctls(on: HostFeatures())) == [
        "net.core.somaxconn = 5", "net.ipv4.conf.all.rp_filter = 1", "net.ipv4.conf.lo.rp_filter = 3",
        Self.defaults[0], Self.defaults[1], "net.ipv6.conf.default.accept_ra = 0",
      ])
    #expect(text(linux.otherSysctls) == ["kernel.sem = 1 2 3 4"])
  }

  @Test(
    "the interface that a parameter belongs to",
    arguments: [
      ("net.ipv4.conf.eth0.rp_filter", "eth0"), ("net/ipv4/conf/eth0.100/rp_filter", "eth0.100"),
      ("net.ipv4.conf.all.rp_filter", nil), ("net.ipv4.ip_forward", nil), ("net.core.somaxconn", nil),
      ("net.ipv4.conf.eth0", nil), ("kernel.sem", nil), ("net..conf", nil),
    ] as [(String, String?)])
  func interfaces(name: String, interface: String?) { #expect(LinuxConfiguration.interface(of: name) == interface) }

  @Test("what is asked for takes the place of a default, however it is spelled")
  func overrides() {
    let asked = "net/ipv4/ip_unprivileged_port_start"
    #expect(text(linux([asked: "7"]).networkSysctls(on: HostFeatures())) == [Self.defaults[1], "\(asked) = 7"])
  }

  @Test("with a user namespace the range of ping's groups is left alone, in the host's network everything")
  func namespaces() {
    var linux = linux([:])
    linux.securityContext.namespaceOptions.userNamespace = .init()
    #expect(text(linux.networkSysctls(on: HostFeatures())) == [Self.defaults[0]])
    linux.securityContext.namespaceOptions.network = .node
    #expect(linux.networkSysctls(on: HostFeatures()).isEmpty)
  }

  @Test("defaults that cannot be set are left out with a warning; what was asked for is not")
  func readOnly() {
    var host = HostFeatures()
    for (name, _) in LinuxConfiguration.defaultNetworkSysctls {
      host.unsettableDefaults[name] = "/proc/sys is read-only"
    }
    let nothing = linux([:])
    #expect(nothing.networkSysctls(on: host).isEmpty)
    let warnings = nothing.sysctlWarnings(on: host)
    #expect(warnings.count == 2 && warnings.allSatisfy { $0.contains("left out") && $0.contains("read-only") })
    #expect(warnings[0].contains(Self.defaults[0]))
    let asked = linux(["net.ipv4.ip_unprivileged_port_start": "0", "net.core.somaxconn": "5"])
    #expect(
      text(asked.networkSysctls(on: host)) == ["net.core.somaxconn = 5", "net.ipv4.ip_unprivileged_port_start = 0"])
    #expect(asked.sysctlWarnings(on: host).count == 1)
    #expect(nothing.sysctlWarnings(on: HostFeatures()).isEmpty)
  }

  @Test("only what a network namespace may turn out not to have is worth waiting for")
  func waits() {
    #expect(linux(["net.core.netdev_max_backlog": "1"]).asksForNetworkSysctls)
    #expect(linux(["net.ipv4.conf.eth0.rp_filter": "2"]).asksForNetworkSysctls)
    #expect(!linux(["kernel.sem": "1"]).asksForNetworkSysctls && !linux([:]).asksForNetworkSysctls)
  }

  @Test(
    "an interface's parameter has a template where IP has one",
    arguments: [
      ("net.ipv4.conf.eth0.rp_filter", "net/ipv4/conf/default/rp_filter"),
      ("net/ipv6/neigh/eth0.1/app_solicit", "net/ipv6/neigh/default/app_solicit"), ("net.mpls.conf.eth0.input", nil),
      ("net.ipv4.conf.all.rp_filter", nil), ("net.core.somaxconn", nil),
    ] as [(String, String?)])
  func templates(name: String, template: String?) { #expect(LinuxConfiguration.template(of: name) == template) }

  static let refusals: [(name: String, errno: Errno, isOnHost: Bool, code: SandboxError.Code, word: String)] = [
    ("net.core.netdev_max_backlog", .noSuchFileOrDirectory, true, .invalidArgument, "only the host has it"),
    ("net.core.nonsense", .noSuchFileOrDirectory, false, .invalidArgument, "only the host's own can"),
    ("kernel.shm_nonsense", .noSuchFileOrDirectory, false, .invalidArgument, "no such parameter"),
    ("net.ipv4.conf.eth7.rp_filter", .noSuchFileOrDirectory, true, .invalidArgument, "no interface \"eth7\""),
    ("net.ipv4.conf.eth7.nonsense", .noSuchFileOrDirectory, false, .invalidArgument, "no such parameter"),
    ("net.mpls.conf.eth7.input", .noSuchFileOrDirectory, false, .invalidArgument, "no interface \"eth7\""),
    ("net.ipv4.ip_forward", .invalidArgument, true, .invalidArgument, "does not take \"v\""),
    ("net.ipv4.ip_forward", .outOfRange, true, .invalidArgument, "does not take \"v\""),
    ("net.ipv4.ip_forward", .readOnlyFileSystem, true, .failedPrecondition, "read-only"),
    ("net.ipv4.ip_forward", .permissionDenied, true, .failedPrecondition, "does not let"),
  ]

  @Test("the kernel's answer is the request's fault where it is, and names the field", arguments: refusals.indices)
  func refuses(index: Int) throws {
    let (name, errno, isOnHost, code, word) = Self.refusals[index]
    for subject in [name, "\(name) = v"] {
      let error = linux([name: "v", "net.core.somaxconn": "1"]).refusal(
        of: KernelError(errno: errno, operation: "set sysctl", subject: subject), isOnHost: { _ in isOnHost })
      let refusal = try #require(error as? SandboxError)
      #expect(refusal.code == code)
      #expect(refusal.message.contains("config.linux.sysctls[\(name)]") && refusal.message.contains(word), "\(refusal)")
    }
  }

  @Test("that the kernel has no such parameter is said where the host can be seen")
  func seesTheHost() {
    let error = linux(["net.core.nonsense": "1"]).refusal(
      of: KernelError(errno: .noSuchFileOrDirectory, operation: "set sysctl", subject: "net.core.nonsense"),
      isOnHost: { $0 == "net.core.netdev_max_backlog" })
    #expect(
      (error as? SandboxError)?.message == "config.linux.sysctls[net.core.nonsense]: this kernel has no such parameter")
  }

  @Test("an error about anything else stays what it is")
  func leavesOthers() {
    for (subject, errno) in [("/run/netns/x", Errno.noSuchFileOrDirectory), ("net.a.b", .noMemory)] {
      let error = KernelError(errno: errno, operation: "open", subject: subject)
      #expect(linux(["net.a.b": "1"]).refusal(of: error, isOnHost: { _ in true }) as? KernelError == error)
    }
  }

  @Test("a look finds what is there, and nothing outside of the parameters")
  func looks() {
    #expect(
      LinuxConfiguration.isHere("net.ipv4.conf.default.rp_filter") && LinuxConfiguration.isHere("net/core/somaxconn"))
    for name in ["net.core.no_such_parameter", "../x", "", "net"] { #expect(!LinuxConfiguration.isHere(name)) }
  }
}
