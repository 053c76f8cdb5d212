import LinuxKernel
import Netfilter
import SystemPackage

extension ParityTests {
  static let ruleCases: [Case] = [
    Case(
      "the same rule twice",
      [
        begin,
        {
          $0.add(a.rule(.accept)); $0.add(a.rule(.accept))
        },
      ]),
    Case(
      "a rule inserted",
      [
        begin,
        {
          $0.add(a.rule(.drop)); $0.insert(a.rule(.accept, comment: "first"))
        },
      ]),
    Case(
      "a rule of a missing chain", [begin, { $0.add(t.chain("x").rule(.drop)) }], errno: .noSuchFileOrDirectory, at: 0),
    Case(
      "a missing rule deleted", [begin, { $0.delete(Table.ListedRule(chain: a, handle: 4711, comment: nil)) }],
      errno: .noSuchFileOrDirectory, at: 0),
    Case(
      "a jump to a missing chain", [begin, { $0.add(a.rule(.jump(t.chain("x")))) }], errno: .noSuchFileOrDirectory,
      at: 0),
    Case(
      "a jump to a later chain",
      [
        begin,
        {
          let x = t.chain("x"); $0.add(x); $0.add(a.rule(.jump(x)))
        },
      ]),
    Case("a jump to a base chain", [begin, { $0.add(a.rule(.jump(base))) }], errno: .notSupportedOnSocket, at: 0),
    Case(
      "a jump in circles",
      [
        begin,
        {
          $0.add(base.rule(.jump(a))); $0.add(a.rule(.jump(b))); $0.add(b.rule(.jump(a)))
        },
      ],
      errno: .tooManyLinks, at: 2),
    Case("jumps as deep as may be", [begin, jumps(15)]),
    Case("jumps too deep", [begin, jumps(16)], errno: .tooManyLinks, at: 31),
    Case("masquerade in a filter", [begin, { $0.add(base.rule(.masquerade)) }], errno: .notSupportedOnSocket, at: 0),
    Case(
      "masquerade behind a filter's jump",
      [
        begin,
        {
          $0.add(a.rule(.masquerade)); $0.add(base.rule(.jump(a)))
        },
      ],
      errno: .notSupportedOnSocket, at: 1),
    Case(
      "masquerade behind a jump",
      [
        begin,
        {
          $0.add(a.rule(.masquerade)); $0.add(nat.rule(.jump(a)))
        },
      ]),
    Case(
      "dnat in postrouting", [begin, { $0.add(nat.rule(.dnat(to: .address(.literal("10.0.0.1"), port: nil)))) }],
      errno: .notSupportedOnSocket, at: 0),
    Case("snat", [begin, { $0.add(nat.rule(.snat(to: .address(.literal("10.0.0.1"), port: nil)))) }]),
    Case(
      "a port translated",
      [
        begin,
        {
          let udp = Statement.match(.metaL4Proto, .value(.proto(.udp)))
          $0.add(nat.rule(udp, .snat(to: .address(.literal("fd00::1"), port: 80))))
        },
      ]),
    Case(
      "a missing set looked into", [begin, { $0.add(a.rule(.match(.metaMark, .set(t.set("x", .mark))))) }],
      errno: .noSuchFileOrDirectory, at: 0),
    Case(
      "a map looked into as a set",
      [begin, { $0.add(a.rule(.match([.metaL4Proto, .thDport], t.set("m", .inetProto, .inetService)))) }]),
    Case(
      "a set looked into as a map",
      [begin, { $0.add(nat.rule(.snat(to: .map([.ipSaddr], t.map("s", [.ipv4Addr], to: [.ipv4Addr]))))) }],
      errno: .invalidArgument, at: 0),
  ]
}
