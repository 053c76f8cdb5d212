@testable import Netlink
import LinuxKernel
import Testing

/// What is sent, byte by byte (little endian; the netlink and rtnetlink structures of linux/netlink.h and
/// linux/rtnetlink.h).
@Suite struct RequestTests {
  private func encoded(_ request: Request) -> [UInt8] { request.encoded(sequence: 0x0102_0304) }
  private func encoded(_ change: Change) -> [UInt8] { encoded(change.request) }

  @Test func listsLinks() {
    let golden = bytes(
      """
      20000000 1200 0103 04030201 00000000  # nlmsghdr: 32 bytes, RTM_GETLINK, REQUEST|DUMP, sequence, port
      00 00 0000 00000000 00000000 00000000  # ifinfomsg: everything
      """)
    #expect(encoded(Request.listLinks()) == golden)
  }

  @Test func looksUpALinkByName() {
    let golden = bytes(
      """
      2c000000 1200 0100 04030201 00000000  # nlmsghdr: 44 bytes, RTM_GETLINK, REQUEST
      00 00 0000 00000000 00000000 00000000  # ifinfomsg
      0900 0300 65746830 00 000000           # IFLA_IFNAME "eth0", padded
      """)
    #expect(encoded(Request.getLink(.name("eth0"))) == golden)
  }

  @Test func setsALinkUp() {
    let golden = bytes(
      """
      20000000 1300 0500 04030201 00000000  # nlmsghdr: 32 bytes, RTM_SETLINK, REQUEST|ACK
      00 00 0000 07000000 01000000 01000000  # ifinfomsg: index 7, flags IFF_UP, change IFF_UP
      """)
    #expect(encoded(Change.setUp(7)) == golden)
  }

  @Test func deletesALink() {
    let golden = bytes(
      """
      20000000 1100 0500 04030201 00000000  # nlmsghdr: 32 bytes, RTM_DELLINK, REQUEST|ACK
      00 00 0000 07000000 00000000 00000000  # ifinfomsg: index 7
      """)
    #expect(encoded(Change.deleteLink(7)) == golden)
  }

  @Test func createsAVethPairWithAPeerElsewhere() throws {
    let golden = bytes(
      """
      64000000 1000 0506 04030201 00000000  # nlmsghdr: 100 bytes, RTM_NEWLINK, REQUEST|ACK|EXCL|CREATE
      00 00 0000 00000000 00000000 00000000  # ifinfomsg
      0700 0300 763100 00                    # IFLA_IFNAME "v1"
      3c00 1280                              # IFLA_LINKINFO, nested, 60 bytes
        0900 0100 76657468 00 000000         #   IFLA_INFO_KIND "veth"
        2c00 0280                            #   IFLA_INFO_DATA, nested, 44 bytes
          2800 0180                          #     VETH_INFO_PEER, nested, 40 bytes
            00 00 0000 00000000 00000000 00000000  # ifinfomsg
            0900 0300 65746830 00 000000     #       IFLA_IFNAME "eth0"
            0800 1c00 05000000               #       IFLA_NET_NS_FD 5
      """)
    var peer = NewLink("eth0")
    peer.namespace = 5
    #expect(try encoded(.createVethPair(NewLink("v1"), peer: peer)) == golden)
  }

  @Test func addsAnIPv4AddressWithBroadcast() throws {
    let golden = bytes(
      """
      30000000 1400 0506 04030201 00000000  # nlmsghdr: 48 bytes, RTM_NEWADDR, REQUEST|ACK|EXCL|CREATE
      02 10 00 00 03000000                   # ifaddrmsg: AF_INET, /16, no flags, scope universe, link 3
      0800 0200 0a010007                     # IFA_LOCAL 10.1.0.7
      0800 0100 0a010007                     # IFA_ADDRESS 10.1.0.7
      0800 0400 0a01ffff                     # IFA_BROADCAST 10.1.255.255
      """)
    let request = try Change.addAddress(
      #require(IPPrefix("10.1.0.7/16")), toLink: 3, broadcast: IPAddress("10.1.255.255"))
    #expect(encoded(request) == golden)
  }

  @Test func addsAnIPv6AddressWithoutDuplicateDetection() throws {
    let golden = bytes(
      """
      40000000 1400 0506 04030201 00000000  # nlmsghdr: 64 bytes, RTM_NEWADDR, REQUEST|ACK|EXCL|CREATE
      0a 40 02 00 03000000                   # ifaddrmsg: AF_INET6, /64, IFA_F_NODAD, scope universe, link 3
      1400 0200 fd000000000000000000000000000007  # IFA_LOCAL fd00::7
      1400 0100 fd000000000000000000000000000007  # IFA_ADDRESS fd00::7
      """)
    let request = try Change.addAddress(#require(IPPrefix("fd00::7/64")), toLink: 3, detectDuplicates: false)
    #expect(encoded(request) == golden)
  }

  @Test func addsADefaultRoute() throws {
    let golden = bytes(
      """
      2c000000 1800 0506 04030201 00000000  # nlmsghdr: 44 bytes, RTM_NEWROUTE, REQUEST|ACK|EXCL|CREATE
      02 00 00 00 fe 03 00 01 00000000       # rtmsg: AF_INET, /0, table main, RTPROT_BOOT, universe, unicast
      0800 0500 0a010001                     # RTA_GATEWAY 10.1.0.1
      0800 0400 03000000                     # RTA_OIF 3
      """)
    let route = Route(to: .everything(.v4), via: IPAddress("10.1.0.1"), link: 3)
    #expect(encoded(Change.addRoute(route)) == golden)
  }

  @Test func addsAnOnLinkRouteInALargeTableWithAMetric() throws {
    let golden = bytes(
      """
      44000000 1800 0506 04030201 00000000  # nlmsghdr: 68 bytes, RTM_NEWROUTE, REQUEST|ACK|EXCL|CREATE
      02 10 00 00 00 03 fd 01 00000000       # rtmsg: AF_INET, /16, table below, RTPROT_BOOT, link, unicast
      0800 0100 0a020000                     # RTA_DST 10.2.0.0, host bits cleared
      0800 0400 03000000                     # RTA_OIF 3
      0800 0700 0a010007                     # RTA_PREFSRC 10.1.0.7
      0800 0600 64000000                     # RTA_PRIORITY 100
      0800 0f00 e8030000                     # RTA_TABLE 1000
      """)
    let route = try Route(
      to: #require(IPPrefix("10.2.3.4/16")), link: 3, preferredSource: IPAddress("10.1.0.7"), metric: 100,
      table: 1000)
    #expect(encoded(Change.addRoute(route)) == golden)
  }

  @Test func addsARoutesMetricsAndScope() throws {
    let golden = bytes(
      """
      40000000 1800 0506 04030201 00000000  # nlmsghdr: 64 bytes, RTM_NEWROUTE, REQUEST|ACK|EXCL|CREATE
      02 10 00 00 fe 03 c8 01 00000000       # rtmsg: AF_INET, /16, table main, RTPROT_BOOT, site, unicast
      0800 0100 0a020000                     # RTA_DST 10.2.0.0
      0800 0400 03000000                     # RTA_OIF 3
      1400 0880                              # RTA_METRICS, nested
        0800 0200 14050000                   # RTAX_MTU 1300
        0800 0800 b0040000                   # RTAX_ADVMSS 1200
      """)
    let route = try Route(to: #require(IPPrefix("10.2.0.0/16")), link: 3, mtu: 1300, advertisedMSS: 1200)
    #expect(encoded(Change.addRoute(route, reaching: .init(rawValue: 200))) == golden)
  }

  @Test func namesAGatewayOfTheOtherFamily() throws {
    let golden = bytes(
      """
      3c000000 1800 0506 04030201 00000000  # nlmsghdr: 60 bytes, RTM_NEWROUTE, REQUEST|ACK|EXCL|CREATE
      02 00 00 00 fe 03 00 01 00000000       # rtmsg: AF_INET, /0, table main
      1600 1200 0a00                         # RTA_VIA: AF_INET6
        fe800000000000000000000000000001 0000  # fe80::1, padded
      0800 0400 03000000                     # RTA_OIF 3
      """)
    let route = Route(to: .everything(.v4), via: IPAddress("fe80::1"), link: 3)
    #expect(encoded(Change.addRoute(route)) == golden)
  }
}
