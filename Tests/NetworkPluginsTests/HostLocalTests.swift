import CNI
import CNIPlugin
import Dispatch
import Glibc
import JSON
import LinuxKernel
import Synchronization
import Testing

@testable import NetworkPlugins

/// A directory of reservations of the test's own.
final class Pool {
  let path: String
  private var tests: [String: JSONObject] = [:]

  init() throws {
    var template = Array("/tmp/berth-pool-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw PluginError("mkdtemp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? Directories.remove(path) }

  /// A call of host-local for a container; `ipam` is put beside type and directory.
  func test(_ container: String, _ ipam: JSONObject, isNew: Bool = false) -> PluginTest<HostLocal> {
    var ipam = ipam
    ipam["type"] = "host-local"
    ipam["dataDir"] = .string(path)
    var test = PluginTest(HostLocal(), ["ipam": .object(ipam)])
    test.containerID = container
    test.caller.isNewAttachment = isNew
    return test
  }

  func file(_ name: String) -> String { "\(path)/test/\(name)" }

  func text(_ name: String) -> String? {
    (try? DurableFile.read(file(name), limit: 4096)).map { String(decoding: $0, as: UTF8.self) }
  }

  var given: [String] {
    get throws { try Directories.names(in: path + "/test").filter { $0 != "lock" && !$0.hasPrefix("last_") }.sorted() }
  }
}

@Suite struct HostLocalTests {
  private let pool: Pool
  private let small: JSONObject = ["subnet": "10.1.0.0/29"]

  init() throws { pool = try Pool() }

  private func address(_ container: String, _ ipam: JSONObject) throws -> [String] {
    try pool.test(container, ipam).add().ips.map(\.address.description)
  }

  private func failure(_ test: PluginTest<HostLocal>) -> PluginError? {
    do { _ = try test.add() } catch { return error }
    return nil
  }

  @Test func givesOneAfterTheOtherAndTheFirstIsTheGateways() throws {
    let first = try pool.test("a", small).add()
    #expect(first.ips.map(\.address.description) == ["10.1.0.2/29"] && first.ips[0].gateway == "10.1.0.1")
    #expect(try address("b", small) == ["10.1.0.3/29"])
    #expect(pool.text("10.1.0.2") == "a\r\neth0" && pool.text("last_reserved_ip.0") == "10.1.0.3")
  }

  @Test func goesRoundBeforeItGivesOneAgain() throws {
    for name in ["a", "b"] { _ = try address(name, small) }
    try pool.test("a", small).del()
    #expect(try address("c", small) == ["10.1.0.4/29"])
    #expect(try address("d", small) == ["10.1.0.5/29"])
    #expect(try address("e", small) == ["10.1.0.6/29"])
    #expect(try address("f", small) == ["10.1.0.2/29"], "the last one is the broadcast address")
  }

  @Test func statusTellsThatNoAddressIsLeft() throws {
    let status = { [pool, small] () -> Int? in
      do { try pool.test("c", small).status() } catch { return (error as? PluginError)?.code }
      return nil
    }
    #expect(status() == nil)
    for number in 2...6 {
      #expect(status() == nil)
      _ = try address("c\(number)", small)
    }
    #expect(status() == 50)
    // What a loss of power has emptied can be given again.
    #expect(truncate(pool.file("10.1.0.4"), 0) == 0)
    #expect(status() == nil)
  }

  @Test func tellsWhoHasThemWhenAllAreGiven() throws {
    for name in ["a", "b", "c", "d", "e"] { _ = try address(name, small) }
    let error = failure(pool.test("f", small))
    #expect(error?.message == "no IP addresses available in range set: 10.1.0.1-10.1.0.6" && error?.code == 11)
    #expect(error?.details.contains("\(pool.path)/test has given away 5: 10.1.0.2 a, 10.1.0.3 b") == true)
    #expect(try pool.given.count == 5)
  }

  @Test func whatCannotBeReadFailsDELRatherThanIsLost() throws {
    let result = try pool.test("a", small).add()
    // Leads to itself: it is there, and cannot be read by anybody.
    try DurableFile.remove(pool.file("10.1.0.2"), durable: false)
    symlink("10.1.0.2", pool.file("10.1.0.2"))
    for previous in [result, nil] {
      var test = pool.test("a", small)
      test.previousResult = previous
      let error = #expect(throws: PluginError.self) { try test.del() }
      #expect(error?.code == 5 && error?.message.contains("10.1.0.2") == true)
    }
    #expect(throws: PluginError.self) { try pool.test("a", small).gc(keeping: []) }
    try DurableFile.remove(pool.file("10.1.0.2"), durable: false)
    try Directories.make(pool.file("10.1.0.2"), mode: 0o755)
    try pool.test("a", small).del()
  }

  @Test func manySetsTakeNoLongerEach() throws {
    let ranges = (0..<500).map { JSON.array([["subnet": .string("10.\($0 / 250).\($0 % 250).0/29")]]) }
    let start = SuspendingClock.now
    #expect(try pool.test("a", ["ranges": .array(ranges)]).add().ips.count == ranges.count)
    #expect(start.duration(to: .now) < .seconds(20))
    #expect(throws: PluginError.self) { try pool.test("a", ["ranges": .array(ranges)]).add() }
  }

  @Test func theOneGivenLastIsTriedLast() throws {
    for name in ["a", "b", "c", "d", "e"] { _ = try address(name, small) }
    try pool.test("e", small).del()
    #expect(try address("f", small) == ["10.1.0.6/29"])
  }

  @Test func givesOneOfEachSet() throws {
    let ipam: JSONObject = [
      "ranges": [[["subnet": "10.1.0.0/24"]], [["subnet": "fd00:1::/64", "gateway": "fd00:1::9"]]]
    ]
    let result = try pool.test("a", ipam).add()
    #expect(result.ips.map(\.address.description) == ["10.1.0.2/24", "fd00:1::1/64"])
    #expect(result.ips.map(\.gateway) == ["10.1.0.1", "fd00:1::9"])
    #expect(pool.text("fd00:1::1") == "a\r\neth0" && pool.text("last_reserved_ip.1") == "fd00:1::1")
  }

  @Test func aSetsRangesAreOnePool() throws {
    let ipam: JSONObject = [
      "ranges": [
        [["subnet": "10.1.0.0/24", "rangeEnd": "10.1.0.2"], ["subnet": "10.2.0.0/24", "rangeStart": "10.2.0.7"]]
      ]
    ]
    #expect(try address("a", ipam) == ["10.1.0.2/24"])
    #expect(try address("b", ipam) == ["10.2.0.7/24"])
    #expect(try pool.test("c", ipam).add().ips[0].gateway == "10.2.0.1")
  }

  @Test func anAddressMayBeAskedForInThreeWays() throws {
    var test = pool.test("a", small)
    test.arguments = [.init("IP", "10.1.0.5"), .init("IgnoreUnknown", "1"), .init("K8S_POD_NAME", "x")]
    #expect(try test.add().ips.map(\.address.description) == ["10.1.0.5/29"])
    test = pool.test("b", small)
    test.configuration["args"] = ["cni": ["ips": ["10.1.0.4"]]]
    #expect(try test.add().ips.map(\.address.description) == ["10.1.0.4/29"])
    test = pool.test("c", small)
    test.configuration["runtimeConfig"] = ["ips": ["10.1.0.3/29"]]
    #expect(try test.add().ips.map(\.address.description) == ["10.1.0.3/29"])
    #expect(pool.text("last_reserved_ip.0") == "10.1.0.3")
  }

  @Test(arguments: [
    ("10.1.0.1", "subnet's gateway", 7), ("10.1.0.2", "is not available", 999), ("10.9.0.2", "is in no range", 7),
    ("nonsense", "that is none", 7),
  ])
  func anAddressThatCannotBeHadIsRefusedAndNothingIsKept(wanted: String, words: String, code: Int) throws {
    _ = try address("holder", ["ranges": [[["subnet": "10.1.0.0/29"]]]])
    let ipam: JSONObject = ["ranges": [[["subnet": "10.7.0.0/24"]], [["subnet": "10.1.0.0/29"]]]]
    var test = pool.test("a", ipam)
    test.arguments = [.init("IP", wanted)]
    let error = failure(test)
    #expect(error?.message.contains(words) == true && error?.code == code, "\(error?.description ?? "")")
    #expect(try pool.given == ["10.1.0.2"])
  }

  @Test func anUnknownArgumentIsRefusedUnlessItMayBePassedOver() {
    var test = pool.test("a", small)
    test.arguments = [.init("MAC", "x")]
    #expect(failure(test)?.code == 4)
  }

  @Test func aSecondAddressForOneInterfaceIsRefused() throws {
    _ = try address("a", small)
    #expect(failure(pool.test("a", small))?.message.contains("duplicate allocation") == true)
    var other = pool.test("a", small)
    other.interfaceName = "eth1"
    #expect(try other.add().ips.map(\.address.description) == ["10.1.0.3/29"])
  }

  @Test func givesBackByAddressAndOnlyToItsOwner() throws {
    _ = try address("a", small)
    var test = pool.test("b", small)
    test.previousResult = try CNIResult(cniVersion: "1.1.0", ips: [.init(address: #require(IPPrefix("10.1.0.2/29")))])
    try test.del()
    #expect(try pool.given == ["10.1.0.2"])
    test.containerID = "a"
    test.interfaceName = "eth1"
    try test.del()
    #expect(try pool.given == ["10.1.0.2"])
    test.interfaceName = "eth0"
    for _ in 1...2 { try test.del() }
    #expect(try pool.given.isEmpty)
  }

  @Test func aResultThatAnotherPluginHasChangedLeavesNothing() throws {
    let ipam: JSONObject = ["ranges": [[["subnet": "10.1.0.0/24"]], [["subnet": "10.2.0.0/24"]]]]
    for addresses in [["10.9.0.9/24"], ["10.1.0.2/24"], []] {
      _ = try address("a", ipam)
      var test = pool.test("a", ipam)
      test.previousResult = try CNIResult(
        cniVersion: "1.1.0", ips: addresses.map { .init(address: try #require(IPPrefix($0))) })
      try test.del()
      #expect(try pool.given.isEmpty, "\(addresses)")
    }
  }

  @Test func givesBackWhatAnOldVersionHasWritten() throws {
    _ = try address("other", small)
    let old = pool.file("10.1.0.6")
    try DurableFile.replace(old, with: Array("a\n".utf8), mode: 0o644, durable: false)
    try pool.test("a", small).check()
    try pool.test("a", small).del()
    #expect(try pool.given == ["10.1.0.2"])
  }

  @Test func anEmptyFileIsNobodys() throws {
    try Directories.make(pool.path + "/test")
    try DurableFile.replace(pool.file("10.1.0.2"), with: [], mode: 0o600, durable: false)
    #expect(try address("a", small) == ["10.1.0.2/29"])
    #expect(pool.text("10.1.0.2") == "a\r\neth0")
  }

  @Test func anEmptyFileIsFoundWhenNothingElseIsLeft() throws {
    try Directories.make(pool.path + "/test")
    let ipam: JSONObject = ["subnet": "10.1.0.0/27"]
    for number in 2...20 {
      try DurableFile.replace(
        pool.file("10.1.0.\(number)"), with: Array("x\r\neth\(number)".utf8), mode: 0o600, durable: false)
    }
    for number in 21...30 {
      try DurableFile.replace(pool.file("10.1.0.\(number)"), with: [], mode: 0o600, durable: false)
    }
    #expect(try address("a", ipam).count == 1)
  }

  @Test func checkFindsWhatIsThere() throws {
    #expect(throws: PluginError.self) { try pool.test("a", small).check() }
    _ = try address("a", small)
    try pool.test("a", small).check()
    #expect(throws: PluginError.self) { try pool.test("b", small).check() }
  }

  @Test func collectsWhatIsNotInUseAndTheCallersOwn() throws {
    for name in ["a", "b", "c"] { _ = try address(name, small) }
    var test = pool.test("", small)
    test.caller.owns = { $0 != "c" }
    try test.gc(keeping: [
      .init(containerID: "a", interfaceName: "eth0"), .init(containerID: "b", interfaceName: "eth1"),
    ])
    #expect(try pool.given == ["10.1.0.2", "10.1.0.4"])
    test.caller.owns = nil
    try test.gc(keeping: [])
    #expect(try pool.given.isEmpty)
  }

  @Test func manyAtOnceGetEachItsOwn() throws {
    let ipam: JSONObject = ["subnet": "10.1.0.0/24"]
    let pool = pool
    let all = Mutex<[String]>([])
    nonisolated(unsafe) let make = { (number: Int) in pool.test("c\(number)", ipam, isNew: number % 2 == 0) }
    DispatchQueue.concurrentPerform(iterations: 100) { number in
      let address = (try? make(number).add())?.ips.first?.address.description ?? "none"
      all.withLock { $0.append(address) }
    }
    let given = all.withLock { $0 }
    #expect(Set(given).count == 100 && !given.contains("none"))
  }

  @Test func readsResolversAndRoutes() throws {
    let path = pool.path + "/resolv.conf"
    let text = "# x\nnameserver 10.0.0.53\nsearch a.b c.d ; y\noptions ndots:2\ndomain e.f\nother z\n"
    try DurableFile.replace(path, with: Array(text.utf8), mode: 0o600, durable: false)
    var ipam = small
    ipam["resolvConf"] = .string(path)
    ipam["routes"] = [["dst": "0.0.0.0/0"], ["dst": "10.5.0.0/16", "gw": "10.1.0.3", "priority": 5, "table": 100]]
    let result = try pool.test("a", ipam).add()
    #expect(
      result.dns == .init(nameservers: ["10.0.0.53"], domain: "e.f", search: ["a.b", "c.d"], options: ["ndots:2"]))
    #expect(result.routes.map(\.destination.description) == ["0.0.0.0/0", "10.5.0.0/16"])
    #expect(result.routes[1].gateway == "10.1.0.3" && result.routes[1].priority == 5 && result.routes[1].table == 100)
    ipam["resolvConf"] = "/not/there"
    #expect(failure(pool.test("b", ipam))?.message.contains("/not/there") == true)
    #expect(try pool.given == ["10.1.0.2"])
  }
}

/// What is refused, on every verb, before anything is done.
@Suite struct HostLocalConfigurationTests {
  private static let cases: [(String, String)] = [
    (#"{}"#, "no IP ranges specified"), (#"{"ranges":[]}"#, "no IP ranges specified"),
    (#"{"ranges":[[]]}"#, "empty range set"), (#"{"ranges":[[{}]]}"#, "is no subnet"),
    (#"{"subnet":"10.1.0.0"}"#, "is no subnet"), (#"{"subnet":"10.1.0.0/31"}"#, "too small"),
    (#"{"subnet":"fd00::/127"}"#, "too small"), (#"{"subnet":"10.1.0.1/24"}"#, "host bits set"),
    (#"{"subnet":"10.1.0.0/24","rangeStart":"10.2.0.1"}"#, "rangeStart 10.2.0.1 not in network 10.1.0.0/24"),
    (#"{"subnet":"10.1.0.0/24","rangeEnd":"x"}"#, "rangeEnd x not in network"),
    (#"{"subnet":"10.1.0.0/24","rangeStart":"10.1.0.9","rangeEnd":"10.1.0.8"}"#, "comes after rangeEnd"),
    (#"{"subnet":"10.1.0.0/24","gateway":"fd00::1"}"#, "gateway"),
    (#"{"ranges":[[{"subnet":"10.1.0.0/24"},{"subnet":"fd00::/64"}]]}"#, "mixed address families"),
    (#"{"ranges":[[{"subnet":"10.1.0.0/24"},{"subnet":"10.1.0.0/16"}]]}"#, "overlap"),
    (#"{"ranges":[[{"subnet":"10.1.0.0/24"}],[{"subnet":"10.1.0.0/25"}]]}"#, "range set 0 overlaps with 1"),
    (#"{"subnet":"10.1.0.0/24","routes":[{"dst":"x"}]}"#, "ipam.routes[0].dst"),
    (#"{"subnet":"10.1.0.0/24","routes":[{"dst":"10.0.0.0/8","gw":"x"}]}"#, "ipam.routes[0].gw"),
  ]

  @Test(arguments: cases) func isRefused(ipam: String, words: String) throws {
    let test = PluginTest(HostLocal(), ["ipam": try JSON(parsing: Array(ipam.utf8))])
    for verb in [{ _ = try test.add() }, { try test.del() }, { try test.check() }, { try test.status() }]
      as [() throws -> Void]
    {
      let error = #expect(throws: PluginError.self, "\(ipam)") { try verb() }
      #expect(error?.code == 7 && error?.message.contains(words) == true, "\(ipam): \(error?.message ?? "")")
    }
  }

  @Test func twoAddressesOfAFamilyNeedANewVersion() throws {
    let ranges: JSONObject = ["ipam": ["ranges": [[["subnet": "10.1.0.0/24"]], [["subnet": "10.2.0.0/24"]]]]]
    var old = ranges
    old["cniVersion"] = "0.2.0"
    #expect(throws: PluginError.self) { try PluginTest(HostLocal(), old).del() }
  }

  @Test func theCapabilitysRangesComeFirst() throws {
    let pool = try Pool()
    var test = pool.test("a", ["subnet": "10.1.0.0/24"])
    test.configuration["runtimeConfig"] = ["ipRanges": [[["subnet": "10.9.0.0/24"]]]]
    #expect(try test.add().ips.map(\.address.description) == ["10.9.0.2/24", "10.1.0.2/24"])
  }

  @Test func aKeyThatIsNotKnownIsTheExecutables() {
    #expect(
      HostLocal().reasonToExecute(["bridge": "x", "ipam": ["type": "host-local", "subnet": "10.0.0.0/8"]]) == nil)
    #expect(HostLocal().reasonToExecute(["ipam": ["subnett": "10.0.0.0/8"]])?.contains("ipam.subnett") == true)
    #expect(HostLocal().reasonToExecute(["ipam": ["subnet": 7]])?.contains("ipam.subnet") == true)
  }
}
