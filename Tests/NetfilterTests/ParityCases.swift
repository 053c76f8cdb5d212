import LinuxKernel
import Netfilter
import SystemPackage

extension ParityTests {
  static let t = Table(.inet, "t", comment: "first")
  static let a = t.chain("a")
  static let b = t.chain("b")
  static let base = t.chain("base", .filter(.input))
  static let nat = t.chain("nat", .nat(.postrouting, .srcnat))
  static let set = t.set("s", .ipv4Addr)
  static let map = t.map("m", [.inetProto, .inetService], to: [.ipv4Addr, .inetService])
  static let one = set.element(.address(.literal("10.0.0.1")), comment: "one")
  static let key: [DataType.Value] = [.proto(.tcp), .service(80)]
  static let mapped = map.element(key, to: [.address(.literal("10.0.0.1")), .service(80)], comment: "mapped")
  static let other = map.element(key, to: [.address(.literal("10.0.0.2")), .service(80)])
  static let address = Statement.match(.ipSaddr, .set(set))

  static func begin(_ transaction: inout Transaction) {
    transaction.create(t)
    for chain in [a, b, base, nat] { transaction.create(chain) }
    transaction.create(set)
    transaction.create(map)
  }

  static func jumps(_ count: Int) -> (inout Transaction) -> Void {
    { transaction in
      for number in 0..<count { transaction.add(t.chain("c\(number)")) }
      for number in 1..<count {
        transaction.add(t.chain("c\(number - 1)").rule(.jump(t.chain("c\(number)"))))
      }
      transaction.add(base.rule(.jump(t.chain("c0"))))
    }
  }

  static var cases: [Case] { tableCases + chainCases + ruleCases + setCases + elementCases }

  private static let tableCases: [Case] = [
    Case("a table twice", [begin, { $0.add(Table(.inet, "t", comment: "second")) }]),
    Case("a table created twice", [begin, { $0.create(t) }], errno: .fileExists, at: 0),
    Case("tables of two families", [begin, { $0.create(Table(.ip, "t")) }]),
    Case("a missing table deleted", [{ $0.delete(t) }], errno: .noSuchFileOrDirectory, at: 0),
    Case(
      "a table deleted with all",
      [
        begin,
        {
          $0.add(one); $0.add(base.rule(.jump(a)))
        }, { $0.delete(t) },
      ]),
    Case(
      "a table deleted and made anew",
      [
        begin,
        {
          $0.delete(t); $0.create(t)
        },
      ]),
    Case(
      "a later failure",
      [
        begin,
        {
          $0.add(one); $0.add(mapped); $0.delete(t.chain("x")); $0.add(a.rule(.accept))
        },
      ],
      errno: .noSuchFileOrDirectory, at: 2),
  ]

  private static let chainCases: [Case] = [
    Case("a chain without a table", [{ $0.add(a) }], errno: .noSuchFileOrDirectory, at: 0),
    Case(
      "a chain twice",
      [
        begin,
        {
          $0.add(a); $0.add(base)
        },
      ]),
    Case(
      "a chain created twice",
      [
        begin,
        {
          $0.add(a); $0.create(base)
        },
      ], errno: .fileExists, at: 1),
    Case("another policy", [begin, { $0.add(t.chain("base", .filter(.input, policy: .drop))) }]),
    Case(
      "another priority", [begin, { $0.add(t.chain("base", .filter(.input, .raw))) }], errno: .notSupportedOnSocket,
      at: 0
    ),
    Case("another hook", [begin, { $0.add(t.chain("base", .filter(.output))) }], errno: .notSupportedOnSocket, at: 0),
    Case(
      "another type", [begin, { $0.add(t.chain("nat", .filter(.postrouting, .srcnat))) }], errno: .fileExists, at: 0),
    Case(
      "a hook for a plain chain", [begin, { $0.add(t.chain("a", .filter(.input))) }], errno: .notSupportedOnSocket,
      at: 0),
    Case("no hook for a base chain", [begin, { $0.add(t.chain("base")) }]),
    Case(
      "nat in forward", [begin, { $0.add(t.chain("x", .nat(.forward, .dstnat))) }], errno: .notSupportedOnSocket, at: 0),
    Case(
      "nat before conntrack", [begin, { $0.add(t.chain("x", .nat(.output, .raw))) }], errno: .notSupportedOnSocket,
      at: 0),
    Case(
      "nat at conntrack", [begin, { $0.add(t.chain("x", .nat(.output, Hook.Priority(-200)))) }],
      errno: .notSupportedOnSocket, at: 0),
    Case("nat behind conntrack", [begin, { $0.add(t.chain("x", .nat(.output, Hook.Priority(-199)))) }]),
    Case("route in output", [begin, { $0.add(t.chain("x", Hook(.route, .output, .mangle))) }]),
    Case(
      "route in input", [begin, { $0.add(t.chain("x", Hook(.route, .input, .mangle))) }], errno: .notSupportedOnSocket,
      at: 0),
    Case("a missing chain deleted", [begin, { $0.delete(t.chain("x")) }], errno: .noSuchFileOrDirectory, at: 0),
    Case("a chain deleted with its rules", [begin, { $0.add(a.rule(.accept)) }, { $0.delete(a) }]),
    Case(
      "a chain in use deleted", [begin, { $0.add(base.rule(.jump(a))) }, { $0.delete(a) }], errno: .resourceBusy, at: 0),
    Case(
      "a chain gone to deleted", [begin, { $0.add(b.rule(.goto(a))) }, { $0.delete(a) }], errno: .resourceBusy, at: 0),
    Case(
      "a chain deleted behind its jump",
      [
        begin, { $0.add(base.rule(.jump(a))) },
        {
          $0.flush(base); $0.delete(a)
        },
      ]),
    Case("a missing chain flushed", [begin, { $0.flush(t.chain("x")) }], errno: .noSuchFileOrDirectory, at: 0),
    Case("an empty chain flushed", [begin, { $0.flush(a) }]),
  ]
}
