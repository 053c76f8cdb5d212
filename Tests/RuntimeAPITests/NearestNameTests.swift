import JSON
import Testing

@testable import RuntimeAPI

@Suite(.timeLimit(.minutes(1))) struct NearestNameTests {
  static let known = ["hostname", "port_mappings", "log_directory", "labels", "linux", "dns_config", "id", "uid"]

  @Test(
    "what is misspelt is near",
    arguments: [
      ("hostnmae", "hostname"), ("hostnam", "hostname"), ("Hostname", "hostname"), ("port_mapping", "port_mappings"),
      ("prot_mapings", "port_mappings"), ("log_dir", "log_directory"), ("label", "labels"), ("linxu", "linux"),
      ("dns", "dns_config"), ("udi", "uid"),
    ])
  func near(name: String, expected: String) { #expect(NearestName.of(name, among: Self.known) == expected) }

  @Test(
    "what only has some letters in common is not",
    arguments: ["resources", "dns_options", "namespaces", "x", "xy", "annotations", "", "hostname_of_the_pod", "lo"])
  func far(name: String) { #expect(NearestName.of(name, among: Self.known) == nil) }

  @Test("nothing is near where nothing is known, and no length costs more than its beginning")
  func limits() {
    #expect(NearestName.of("a", among: []) == nil)
    #expect(NearestName.of(String(repeating: "k", count: 1 << 20), among: Self.known) == nil)
    #expect(NearestName.of("aaa", among: ["aab", "baa"]) == "aab")
  }
}

@Suite(.timeLimit(.minutes(1))) struct MisplacedFieldTests {
  @Test(
    "a pod's field that stands too high is found below",
    arguments: [
      ("dns_options", "dnsConfig.options"), ("dnsServers", "dnsConfig.servers"), ("resources", "linux.resources"),
      ("sysctls", "linux.sysctls"), ("namespace", "metadata.namespace"), ("name", "metadata.name"),
      ("run_as_user", "linux.securityContext.runAsUser"), ("cgroup_parent", "linux.cgroupParent"),
      ("linux_sysctls", "linux.sysctls"), ("memoryLimitInBytes", "linux.resources.memoryLimitInBytes"),
    ])
  func found(key: String, place: String) {
    let fields = CRI.PodSandboxConfig.nestedFields
    #expect(MisplacedField.place(of: key, among: fields)?.joined(separator: ".") == place)
  }

  @Test("what has another name is not", arguments: ["options_dns", "config", "limits", "", "_", "resource_options"])
  func missing(key: String) {
    #expect(MisplacedField.place(of: key, among: CRI.PodSandboxConfig.nestedFields) == nil)
  }
}
