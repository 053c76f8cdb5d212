import LinuxKernel
import Netfilter
import SystemPackage

extension ParityTests {
  static let setCases: [Case] = [
    Case(
      "a set twice",
      [
        begin,
        {
          $0.add(set); $0.add(map)
        },
      ]),
    Case("a set of another type", [begin, { $0.add(t.set("s", .mark)) }], errno: .fileExists, at: 0),
    Case("a set in place of a map", [begin, { $0.add(t.set("m", .mark)) }], errno: .fileExists, at: 0),
    Case("a set created twice", [begin, { $0.create(set) }], errno: .fileExists, at: 0),
    Case("a map created twice", [begin, { $0.create(map) }], errno: .fileExists, at: 0),
    Case("a set of a missing table", [{ $0.add(set) }], errno: .noSuchFileOrDirectory, at: 0),
    Case("a missing set deleted", [begin, { $0.delete(t.set("x", .mark)) }], errno: .noSuchFileOrDirectory, at: 0),
    Case("a set deleted with its elements", [begin, { $0.add(one) }, { $0.delete(set) }]),
    Case(
      "a set in use deleted", [begin, { $0.add(a.rule(address, .drop)) }, { $0.delete(set) }], errno: .resourceBusy,
      at: 0
    ),
    Case(
      "a set deleted behind its rule",
      [
        begin, { $0.add(a.rule(address, .drop)) },
        {
          $0.flush(a); $0.delete(set)
        },
      ]),
    Case("a missing set flushed", [begin, { $0.flush(t.set("x", .mark)) }], errno: .noSuchFileOrDirectory, at: 0),
    Case(
      "a set flushed",
      [
        begin, { $0.add(one) },
        {
          $0.flush(set); $0.flush(map)
        },
      ]),
  ]

  static let elementCases: [Case] = [
    Case("an element twice", [begin, { $0.add(one) }, { $0.add(set.element(one.key, comment: "two")) }]),
    Case("an element created twice", [begin, { $0.create(one) }, { $0.create(one) }], errno: .fileExists, at: 0),
    Case(
      "an element created twice at once",
      [
        begin,
        {
          $0.create(one); $0.create(one)
        },
      ], errno: .fileExists, at: 1),
    Case(
      "an element of a missing set", [begin, { $0.create(t.set("x", .mark).element(.mark(1))) }],
      errno: .noSuchFileOrDirectory, at: 0),
    Case(
      "an element of another size",
      [begin, { $0.create(t.set("s", .ipv6Addr).element(.address(.literal("fd00::1")))) }],
      errno: .invalidArgument, at: 0),
    Case(
      "an element of a set in a map", [begin, { $0.create(t.set("m", .inetProto, .inetService).element(key)) }],
      errno: .invalidArgument, at: 0),
    Case("an element deleted", [begin, { $0.create(one) }, { $0.delete(one) }]),
    Case("a missing element deleted", [begin, { $0.delete(one) }], errno: .noSuchFileOrDirectory, at: 0),
    Case(
      "an element replaced",
      [
        begin, { $0.create(mapped) },
        {
          $0.delete(mapped); $0.create(other)
        },
      ]),
    Case("the same value", [begin, { $0.add(mapped) }, { $0.add(mapped) }]),
    Case("another value", [begin, { $0.add(mapped) }, { $0.add(other) }], errno: .fileExists, at: 0),
    Case("a key created twice", [begin, { $0.add(mapped) }, { $0.create(other) }], errno: .fileExists, at: 0),
    Case("an element deleted by its key", [begin, { $0.add(mapped) }, { $0.delete(map.element(key)) }]),
    Case("an element deleted with another's value", [begin, { $0.add(mapped) }, { $0.delete(other) }]),
  ]
}
