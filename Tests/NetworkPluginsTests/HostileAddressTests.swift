import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Testing

@testable import NetworkPlugins

/// Networks and addresses at the edges of what there is: they are given or refused, and nothing counts beyond the last one.
@Suite struct HostileAddressTests {
  private static let addresses = [
    "0.0.0.0", "255.255.255.255", "255.255.255.0", "127.0.0.1", "10.1.0.0", "::", "ff00::", "ffff::",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0", "::ffff:10.7.0.1", "fd00::",
  ]
  /// Of each address all lengths that its family knows, and some that it does not.
  private static let networks = addresses.flatMap { address in (0...129).map { "\(address)/\($0)" } }

  private let pool: Pool
  init() throws { pool = try Pool() }

  /// ADD, and DEL with and without what it said; what ADD refuses, it refuses as a configuration.
  private func run<P: Plugin>(_ test: PluginTest<P>) throws -> CNIResult? {
    var test = test
    do {
      test.previousResult = try test.add()
    } catch {
      guard error.code == 7 else { throw error }
    }
    try? test.del()
    let result = test.previousResult
    test.previousResult = nil
    try? test.del()
    try? test.check()
    return result
  }

  @Test func everyNetworkIsGivenFromOrRefused() throws {
    for network in Self.networks {
      let written = IPPrefix(network)
      let result = try run(pool.test("a", ["ranges": [[["subnet": .string(network)]]]], isNew: true))
      let canBeHad = written.map { $0.network == $0 && $0.length <= $0.address.family.bitCount - 2 } ?? false
      #expect((result != nil) == canBeHad, "\(network)")
      if let given = result?.ips.first, let written { #expect(written.contains(given.address.address), "\(network)") }
    }
  }

  @Test(arguments: [
    ("ff00::/8", "ff00::1", "ff00::2"), ("::/0", "::1", "::2"), ("ffff::/16", "ffff::1", "ffff::2"),
    ("0.0.0.0/0", "0.0.0.1", "0.0.0.2"), ("255.255.255.252/30", "255.255.255.253", "255.255.255.254"),
    (
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0/124", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff1",
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff2"
    ),
  ])
  func whatReachesTheTopIsGivenFromAsAnyOther(network: String, gateway: String, first: String) throws {
    let result = try #require(try run(pool.test("a", ["subnet": .string(network)])))
    #expect(result.ips[0].gateway == gateway && "\(result.ips[0].address.address)" == first)
  }

  @Test(arguments: [
    ("ff00::/8", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffd", 3), ("255.255.255.0/24", "255.255.255.253", 2),
    ("255.255.255.0/24", "255.255.255.255", 1),
  ])
  func theTopOfARangeIsFollowedByItsBeginning(network: String, start: String, count: Int) throws {
    var ipam: JSONObject = ["subnet": .string(network), "rangeStart": .string(start)]
    if start == "255.255.255.255" { ipam["rangeEnd"] = .string(start) }
    var given: [String] = []
    for index in 0..<count {
      given.append(contentsOf: try pool.test("a\(index)", ipam, isNew: true).add().ips.map { "\($0.address.address)" })
    }
    #expect(Set(given).count == count && given.first == start)
    let error = #expect(throws: PluginError.self) { try pool.test("b", ipam, isNew: true).add() }
    #expect(error?.code == 11)
    try pool.test("a0", ipam).del()
    #expect(try pool.test("b", ipam, isNew: true).add().ips.map { "\($0.address.address)" } == [start])
  }

  @Test func everyBoundAndWishIsGivenOrRefused() throws {
    for network in ["ff00::/8", "::/0", "0.0.0.0/0", "255.255.255.252/30", "10.1.0.0/16"] {
      for key in ["rangeStart", "rangeEnd", "gateway"] {
        for address in Self.addresses {
          _ = try run(pool.test("a", ["subnet": .string(network), key: .string(address)], isNew: true))
        }
      }
      for address in Self.addresses {
        var test = pool.test("a", ["subnet": .string(network)])
        test.configuration["runtimeConfig"] = ["ips": [.string(address)]]
        do { _ = try run(test) } catch let error as PluginError { #expect([7, 999].contains(error.code)) }
      }
    }
  }

  @Test func theCapabilitysRangesToo() throws {
    for network in Self.networks {
      var test = pool.test("a", ["subnet": "10.1.0.0/24"], isNew: true)
      test.configuration["runtimeConfig"] = ["ipRanges": [[["subnet": .string(network)]]]]
      _ = try run(test)
    }
  }

  @Test func staticGivesWhatIsAnAddress() throws {
    for network in Self.networks {
      let ipam: JSON = ["type": "static", "addresses": [["address": .string(network)]]]
      #expect(try (run(PluginTest(Static(), ["ipam": ipam])) != nil) == (IPPrefix(network) != nil), "\(network)")
    }
  }

  @Test func aBridgesAddressIsOneThatThereIsOrRefused() throws {
    for prefix in Self.networks.compactMap({ IPPrefix($0) }) {
      let (configuration, given): (JSONObject, CNIResult.IPConfiguration) =
        (["isDefaultGateway": true], .init(address: prefix))
      let call = try PluginTest(Bridge(), configuration).call(.add)
      let (result, settings) = (try CNIResult(cniVersion: "1.1.0", ips: [given]), try BridgeSettings(call))
      let isTheTop = prefix.network.address.next == nil
      do {
        let made = try BridgeAddresses(result, settings, call)
        #expect(made.gateways.count == 1 && !isTheTop, "\(prefix)")
      } catch {
        #expect(error.code == 7 && isTheTop, "\(prefix)")
      }
      #expect(given.broadcast.map(prefix.contains) != false)
    }
  }

  @Test func anAddressOfNoInterfaceIsThePods() throws {
    let prefix = try #require(IPPrefix("10.1.0.5/16"))
    let result = try CNIResult(
      cniVersion: "1.1.0", interfaces: [.init(name: "cni0"), .init(name: "eth0", sandbox: "/n")],
      ips: [nil, 0, 1, 2, -1, .max >> 12, .min >> 12].map { .init(address: prefix, interface: $0) })
    #expect(result.ips(ofPod: "eth0").map(\.interface) == [nil, 1, 2, -1, .max >> 12, .min >> 12])
  }
}
