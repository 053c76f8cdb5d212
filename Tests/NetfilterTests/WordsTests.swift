import LinuxKernel
import Netfilter
import Testing

/// Commands in nft's words; that nft understands them is seen in ``ListingTests``.
@Suite struct WordsTests {
  private static let berth = Table(.inet, "berth", comment: "layout 1")
  private static let ports = berth.map("ports4", [.inetProto, .inetService], to: [.ipv4Addr, .inetService])
  private static let chain = berth.chain("c", .filter(.forward, .filter - 5, policy: .drop), comment: "why")

  private func words(_ body: (inout Transaction) -> Void) -> String { transaction(body).description }

  @Test func ofTables() {
    #expect(words { $0.add(Self.berth) } == "add table inet berth { comment \"layout 1\"; }\n")
    #expect(words { $0.create(Table(.ip6, "t")) } == "create table ip6 t\n")
    #expect(words { $0.delete(Self.berth) } == "delete table inet berth\n")
  }

  @Test func ofChains() {
    #expect(
      words { $0.add(Self.chain) }
        == "add chain inet berth c { type filter hook forward priority -5; policy drop; comment \"why\"; }\n")
    #expect(words { $0.create(Self.berth.chain("plain")) } == "create chain inet berth plain\n")
    #expect(words { $0.flush(Self.chain) } == "flush chain inet berth c\n")
    #expect(words { $0.delete(Self.chain) } == "delete chain inet berth c\n")
  }

  @Test func ofSetsAndMaps() {
    let set = Self.berth.set("hairpin", .ifname, .ifname, comment: "why")
    #expect(words { $0.add(set) } == "add set inet berth hairpin { type ifname . ifname; comment \"why\"; }\n")
    #expect(
      words { $0.create(Self.ports) }
        == "create map inet berth ports4 { type inet_proto . inet_service : ipv4_addr . inet_service; }\n")
    #expect(words { $0.flush(set) } == "flush set inet berth hairpin\n")
    #expect(words { $0.flush(Self.ports) } == "flush map inet berth ports4\n")
    #expect(words { $0.delete(Self.ports) } == "delete map inet berth ports4\n")
  }

  @Test func ofElements() {
    let key: [DataType.Value] = [.proto(.tcp), .service(80)]
    let value: [DataType.Value] = [.address(.literal("10.0.0.2")), .service(80)]
    #expect(
      words { $0.add(Self.ports.element(key, to: value)) }
        == "add element inet berth ports4 { tcp . 80 : 10.0.0.2 . 80 }\n")
    #expect(
      words { $0.create(Self.ports.element(key, to: value, comment: "a/b/c")) }
        == "create element inet berth ports4 { tcp . 80 comment \"a/b/c\" : 10.0.0.2 . 80 }\n")
    #expect(words { $0.delete(Self.ports.element(key)) } == "delete element inet berth ports4 { tcp . 80 }\n")
    let marks = Self.berth.set("marks", .mark, .etherAddr)
    let mac = MACAddress(bytes: [2, 0, 0, 0, 0, 1])
    #expect(mac != nil)
    if let mac {
      #expect(
        words { $0.add(marks.element(.mark(16), .ether(mac))) }
          == "add element inet berth marks { 0x10 . 02:00:00:00:00:01 }\n")
    }
  }

  @Test(
    arguments: [
      ([.accept], "accept"), ([.drop], "drop"), ([.return], "return"), ([.masquerade], "masquerade"),
      ([.jump(chain)], "jump c"), ([.goto(chain)], "goto c"), ([.setMark(42)], "meta mark set 0x2a"),
      ([.match(.iifname, .value(.ifname("br0")))], "iifname \"br0\""),
      ([.match(.oifname, not: .value(.ifname("br0")))], "oifname != \"br0\""),
      ([.match(.ipDaddr, .prefix(.literal("127.0.0.0/8"))), .drop], "ip daddr 127.0.0.0/8 drop"),
      ([.match(.ip6Saddr, not: .prefix(.literal("fd00::/64")))], "ip6 saddr != fd00::/64"),
      ([.match(.ctState, .states([.related, .established, .new]))], "ct state established,related,new"),
      ([.match(.ctState, not: .states(.invalid))], "ct state ! invalid"),
      ([.match(.ctStatus, .status([.dnat, .snat]))], "ct status snat,dnat"),
      ([.match(.fibDaddrType, .addressType(.local))], "fib daddr type local"),
      (
        [.match(.metaL4Proto, .value(.proto(.udp))), .match(.thDport, .value(.service(53)))],
        "meta l4proto udp th dport 53"
      ),
      ([.match([.iifname, .oifname], berth.set("h", .ifname, .ifname))], "iifname . oifname @h"),
      ([.match(.ipSaddr, not: .set(berth.set("s", .ipv4Addr)))], "ip saddr != @s"),
      ([.dnat(to: .map([.metaL4Proto, .thDport], ports))], "dnat ip to meta l4proto . th dport map @ports4"),
      ([.dnat(to: .address(.literal("10.0.0.2"), port: 80))], "dnat ip to 10.0.0.2:80"),
      ([.snat(to: .address(.literal("fd00::1"), port: 80))], "snat ip6 to [fd00::1]:80"),
      ([.dnat(to: .address(.literal("fd00::1"), port: nil))], "dnat ip6 to fd00::1"),
    ] as [([Statement], String)])
  func ofRules(statements: [Statement], expected: String) {
    let rule = Self.chain.rule(statements, comment: "why")
    #expect(words { $0.add(rule) } == "add rule inet berth c \(expected) comment \"why\"\n")
    #expect(words { $0.insert(rule) } == "insert rule inet berth c \(expected) comment \"why\"\n")
  }
}
