import LinuxKernel
import Netlink
import Testing

@Suite struct IPAddressTests {
  @Test(arguments: ["0.0.0.0", "10.1.0.7", "255.255.255.255"])
  func readsAndWritesIPv4(text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.family == .v4)
    #expect(address.description == text)
    #expect(IPAddress(bytes: address.bytes) == address)
  }

  // RFC 5952, section by section.
  @Test(arguments: [
    ("2001:0db8::0001", "2001:db8::1"),  // 4.1: leading zeros go
    ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),  // 4.2.1: as short as possible
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),  // 4.2.2: one group is not shortened
    ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),  // 4.2.3: the longest run
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),  // 4.2.3: the first of equal ones
    ("2001:DB8::ABCD", "2001:db8::abcd"),  // 4.3: lower case
    ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),  // 5: mixed notation for mapped addresses
    ("::ffff:c000:201", "::ffff:192.0.2.1"),
    ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:0", "::"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
  ])
  func writesIPv6Canonically(text: String, canonical: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.family == .v6)
    #expect(address.description == canonical)
    #expect(IPAddress(canonical) == address)
    #expect(IPAddress(bytes: address.bytes) == address)
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.-4", "1.2.3.4 ", "1.2..4", "a.b.c.d", "1.2.3.0x4",
    ":", ":::", "1:", ":1", "1::2::3", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "g::",
    "fe80::1%eth0", "1.2.3.4::", "::1.2.3", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "[::1]", "::1/64", "+1::",
  ])
  func refuses(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func mappedAddressStaysIPv6() throws {
    #expect(try #require(IPAddress("::ffff:1.2.3.4")) != #require(IPAddress("1.2.3.4")))
  }

  @Test func ordersByFamilyThenValue() throws {
    let sorted = ["::1", "10.0.0.2", "fd00::1", "9.255.0.1", "10.0.0.10"].compactMap { IPAddress($0) }.sorted()
    #expect(sorted.map(\.description) == ["9.255.0.1", "10.0.0.2", "10.0.0.10", "::1", "fd00::1"])
  }

  @Test func knowsSpecialRanges() throws {
    #expect(try #require(IPAddress("127.9.9.9")).isLoopback)
    #expect(try #require(IPAddress("::1")).isLoopback)
    #expect(try #require(IPAddress("fe80::1")).isLinkLocal)
    #expect(try #require(IPAddress("febf::1")).isLinkLocal)
    #expect(try !#require(IPAddress("fec0::1")).isLinkLocal)
    #expect(try #require(IPAddress("169.254.1.1")).isLinkLocal)
    #expect(try #require(IPAddress("239.1.1.1")).isMulticast)
    #expect(try #require(IPAddress("ff02::1")).isMulticast)
    #expect(try !#require(IPAddress("10.0.0.1")).isMulticast)
  }
}

@Suite struct IPPrefixTests {
  @Test(arguments: [
    ("10.1.2.3/16", "10.1.0.0/16"), ("10.1.2.3/32", "10.1.2.3/32"), ("10.1.2.3/0", "0.0.0.0/0"),
    ("fd00:1:2:3:4::5/64", "fd00:1:2:3::/64"), ("fd00::1/128", "fd00::1/128"), ("fd00::1/0", "::/0"),
    ("192.168.7.255/23", "192.168.6.0/23"),
  ])
  func masksItsNetwork(text: String, network: String) throws {
    let prefix = try #require(IPPrefix(text))
    #expect(prefix.description == text)
    #expect(prefix.network.description == network)
    #expect(prefix.contains(prefix.address))
  }

  @Test(arguments: [
    "10.0.0.1", "10.0.0.1/", "10.0.0.1/33", "10.0.0.1/-1", "10.0.0.1/08", "::1/129", "/8", "a/8", "::1/64/3",
  ])
  func refuses(text: String) {
    #expect(IPPrefix(text) == nil)
  }

  @Test func containsOnlyItsOwnFamilyAndRange() throws {
    let prefix = try #require(IPPrefix("10.1.0.0/16"))
    #expect(try prefix.contains(#require(IPAddress("10.1.255.1"))))
    #expect(try !prefix.contains(#require(IPAddress("10.2.0.1"))))
    #expect(try !prefix.contains(#require(IPAddress("::a01:1"))))
    #expect(try IPPrefix.everything(.v6).contains(#require(IPAddress("fd00::1"))))
  }
}

@Suite struct MACAddressTests {
  @Test func readsAndWrites() throws {
    let address = try #require(MACAddress("0A-1b-00-00-FF-01"))
    #expect(address.description == "0a:1b:00:00:ff:01")
    #expect(address.bytes == [0x0a, 0x1b, 0, 0, 0xff, 1])
    #expect(MACAddress(address.description) == address)
  }

  @Test(arguments: [
    "", "0a:1b:00:00:ff", "0a:1b:00:00:ff:01:02", "0a:1b:00:00:ff:0g", "a:1b:00:00:ff:01", "+a:1b:00:00:ff:01",
  ])
  func refuses(text: String) {
    #expect(MACAddress(text) == nil)
  }
}
