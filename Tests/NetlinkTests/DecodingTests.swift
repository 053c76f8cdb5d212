@testable import Netlink
import LinuxKernel
import Testing

/// What the kernel sends, as recorded from Linux 6.18 and shortened to the attributes that are read and some that are
/// not.
@Suite struct DecodingTests {
  static let veth = bytes(
    """
    d4000000 1000 0200 07000000 a82d0000  # nlmsghdr: 212 bytes, RTM_NEWLINK, MULTI, sequence 7, port 11688
    00 00 0100 03000000 43100100 00000000  # ifinfomsg: ARPHRD_ETHER, index 3, UP|BROADCAST|RUNNING|MULTICAST|LOWER_UP
    0a00 0300 766574683700 0000            # IFLA_IFNAME "veth7"
    0800 0d00 e8030000                     # IFLA_TXQLEN 1000
    0800 0400 dc050000                     # IFLA_MTU 1500
    0800 0a00 09000000                     # IFLA_MASTER 9
    0a00 0100 7e38cb423118 0000            # IFLA_ADDRESS
    0a00 0200 ffffffffffff 0000            # IFLA_BROADCAST
    5400 1700                              # IFLA_STATS64, cut behind the tenth counter
      0500000000000000 0600000000000000    #   rx_packets 5, tx_packets 6
      0001000000000000 0002000000000000    #   rx_bytes 256, tx_bytes 512
      0100000000000000 0200000000000000    #   rx_errors 1, tx_errors 2
      0300000000000000 0400000000000000    #   rx_dropped 3, tx_dropped 4
      0700000000000000 0000000000000000    #   multicast 7, collisions 0
    1000 1200 0900 0100 7665746800000000   # IFLA_LINKINFO { IFLA_INFO_KIND "veth" }
    0800 0500 02000000                     # IFLA_LINK 2
    0800 2500 01000000                     # IFLA_LINK_NETNSID 1
    0400 3e80                              # IFLA_PROP_LIST, empty
    """)

  @Test func decodesALink() throws {
    let link = try withMessages(Self.veth) { messages in
      var messages = messages
      let next = messages.next()
      #expect(messages.isWhole)
      let message = try #require(next)
      return try #require(try Link(message))
    }
    #expect(link.index == 3)
    #expect(link.name == "veth7")
    #expect(link.kind == "veth")
    #expect(link.mtu == 1500)
    #expect(link.mac?.description == "7e:38:cb:42:31:18")
    #expect(link.flags == [.up, .broadcast, .running, .multicast, .lowerUp])
    #expect(link.masterIndex == 9)
    #expect(link.peerIndex == 2)
    #expect(link.peerNamespaceID == 1)
  }

  @Test func decodesAnIPv4Address() throws {
    let address = try first(
      """
      54000000 1400 0200 08000000 a82d0000  # nlmsghdr: 84 bytes, RTM_NEWADDR, MULTI
      02 18 80 00 01000000                   # ifaddrmsg: AF_INET, /24, IFA_F_PERMANENT, universe, link 1
      0800 0100 0a000001                     # IFA_ADDRESS 10.0.0.1
      0800 0200 0a000001                     # IFA_LOCAL 10.0.0.1
      0800 0400 0a0000ff                     # IFA_BROADCAST 10.0.0.255
      0700 0300 6c6f00 00                    # IFA_LABEL "lo"
      0800 0800 80000000                     # IFA_FLAGS
      1400 0600 ffffffff ffffffff 00000000 00000000  # IFA_CACHEINFO
      """
    ) { try InterfaceAddress($0) }
    #expect(address.prefix.description == "10.0.0.1/24")
    #expect(address.linkIndex == 1)
    #expect(address.peer == nil)
    #expect(address.broadcast?.description == "10.0.0.255")
    #expect(address.scope == .global)
    #expect(!address.isTentative)
  }

  @Test func decodesATentativeIPv6Address() throws {
    let address = try first(
      """
      34000000 1400 0200 08000000 a82d0000  # nlmsghdr: 52 bytes, RTM_NEWADDR, MULTI
      0a 40 c0 fd 03000000                   # ifaddrmsg: AF_INET6, /64, PERMANENT|TENTATIVE, scope link, link 3
      1400 0100 fe800000000000000000000000000001  # IFA_ADDRESS fe80::1, no IFA_LOCAL
      0800 0800 c0000000                     # IFA_FLAGS
      """
    ) { try InterfaceAddress($0) }
    #expect(address.prefix.description == "fe80::1/64")
    #expect(address.scope == .link)
    #expect(address.isTentative)
    #expect(!address.isDuplicate)
  }

  @Test func decodesAPointToPointAddress() throws {
    let address = try first(
      """
      28000000 1400 0200 08000000 a82d0000  # nlmsghdr: 40 bytes, RTM_NEWADDR, MULTI
      02 20 80 00 03000000                   # ifaddrmsg: AF_INET, /32
      0800 0100 0a000002                     # IFA_ADDRESS 10.0.0.2: the other end
      0800 0200 0a000001                     # IFA_LOCAL 10.0.0.1
      """
    ) { try InterfaceAddress($0) }
    #expect(address.prefix.description == "10.0.0.1/32")
    #expect(address.peer?.description == "10.0.0.2")
  }

  @Test func decodesARoute() throws {
    let route = try first(
      """
      3c000000 1800 0200 09000000 a82d0000  # nlmsghdr: 60 bytes, RTM_NEWROUTE, MULTI
      02 20 00 00 ff 02 fe 02 00000000       # rtmsg: AF_INET, /32, table local, kernel, scope host, RTN_LOCAL
      0800 0f00 ff000000                     # RTA_TABLE 255
      0800 0100 0a000001                     # RTA_DST 10.0.0.1
      0800 0700 0a000001                     # RTA_PREFSRC 10.0.0.1
      0800 0400 01000000                     # RTA_OIF 1
      """
    ) { try Route($0) }
    #expect(route.destination.description == "10.0.0.1/32")
    #expect(route.table == Route.localTable)
    #expect(route.kind == .local)
    #expect(route.preferredSource?.description == "10.0.0.1")
    #expect(route.linkIndex == 1)
    #expect(route.gateway == nil)
  }

  @Test func decodesAMultipathRoute() throws {
    let route = try first(
      """
      4c000000 1800 0200 09000000 a82d0000  # nlmsghdr: 76 bytes, RTM_NEWROUTE, MULTI
      02 00 00 00 fe 03 00 01 00000000       # rtmsg: AF_INET, /0, table main, boot, universe, unicast
      0800 0f00 fe000000                     # RTA_TABLE 254
      2800 0900                              # RTA_MULTIPATH, 40 bytes
        1000 00 00 03000000                  #   rtnexthop: 16 bytes, link 3
          0800 0500 0a000001                 #     RTA_GATEWAY 10.0.0.1
        1400 00 00 04000000                  #   rtnexthop: 20 bytes, link 4
          0a00 1200 0200 0a000002 0000       #     RTA_VIA AF_INET 10.0.0.2
      """
    ) { try Route($0) }
    #expect(route.isDefault)
    #expect(
      route.hops == [
        .init(gateway: IPAddress("10.0.0.1"), linkIndex: 3), .init(gateway: IPAddress("10.0.0.2"), linkIndex: 4),
      ])
  }

  @Test func leavesOtherFamiliesAndMessagesOut() throws {
    let bridgeAddress = bytes("18000000 1400 0200 08000000 a82d0000 07 00 00 00 01000000")
    try withMessages(bridgeAddress) { messages in
      var messages = messages
      let next = messages.next()
      let message = try #require(next)
      #expect(try InterfaceAddress(message) == nil)
      #expect(try Link(message) == nil)
      #expect(try Route(message) == nil)
    }
  }

  private func first<T>(_ annotated: String, _ decode: (Message) throws -> T?) throws -> T {
    try withMessages(bytes(annotated)) { messages in
      var messages = messages
      let next = messages.next()
      #expect(messages.isWhole)
      let message = try #require(next)
      return try #require(try decode(message))
    }
  }
}
