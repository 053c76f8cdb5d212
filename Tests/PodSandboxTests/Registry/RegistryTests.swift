import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("One table: what every id and every name leads to", .timeLimit(.minutes(1)))
struct RegistryTests {
  private let registry = Registry()
  private let id = Samples.id()

  @Test("an id leads to one entry: the later takes the earlier's place, and keeps its lane")
  func oneEntry() throws {
    _ = try registry.admit()
    let lane = registry.lane(id)
    try registry.put(Samples.record(.ready))
    #expect(registry.sandbox(id) != nil && registry.lane(id) === lane)
    try registry.put(Samples.record(.owed))
    #expect(registry.sandbox(id) == nil && registry.debt(id) != nil && registry.lane(id) === lane)
    #expect(registry.read { $0.places.count } == 1)
    #expect(registry.holder() == nil)
    registry.put(nil, at: id)
    #expect(registry.isEmpty)
    #expect(registry.lane(id) !== registry.lane(id), "an id that leads to nothing has none")
  }

  @Test("a record that cannot be used takes no name from who has it by right, nor does gc when it is at it")
  func quarantineAndName() throws {
    try registry.put(Samples.record(.stopped))
    let file = Samples.unreadable(2)
    registry.put(.quarantined(file), at: file.id)
    #expect(registry.holder() == id)
    for isClean in [false, true] {
      #expect(registry.collect(file.id))
      #expect(registry.holder() == id)
      registry.end(file.id, isClean: isClean)
      #expect(registry.holder() == id)
    }
  }

  @Test("a record that can be used takes the name from one that cannot, which has it back afterwards")
  func nameGoesBack() throws {
    let file = Samples.unreadable(2)
    registry.put(.quarantined(file), at: file.id)
    #expect(registry.holder() == file.id)
    try registry.put(Samples.record(.stopped))
    #expect(registry.holder() == id)
    registry.change(id) { $0.leftovers = [] }
    #expect(registry.holder() == id)
    registry.put(nil, at: id)
    #expect(registry.holder() == file.id, "it stays reserved until gc clears the record away")
    registry.put(nil, at: file.id)
    #expect(registry.holder() == nil)
  }

  @Test("an id whose step is still in the kernel is not forgotten: it owes it, without a name, until it comes back")
  func lostStep() throws {
    let run = try #require(try registry.admit(Samples.configuration { $0.portMappings = [Samples.mapping(80)] }).run)
    registry.alter { $0.lose(.startPause, of: id) }
    registry.put(nil, at: id)
    let debt = try #require(registry.debt(id))
    #expect(debt.reason == .step(.startPause) && debt.due == nil)
    #expect(debt.sandbox.id == id && debt.sandbox.record.configuration == run.configuration)
    #expect(registry.holder() == nil)
    #expect(
      registry.read { $0.conflict(for: run.configuration.hostPorts) } == nil, "nothing of a network may be to come")
    registry.alter { $0.recover(.startPause, of: id) }
    #expect(registry.isEmpty)
  }

  @Test("a removed sandbox whose step is in the kernel owes it; the id is there until all steps have come back")
  func twoLostSteps() throws {
    let record = Samples.record(.stopping)
    try registry.put(record)
    for _ in 1...2 { registry.alter { $0.lose(.attachNetworks, of: id) } }
    registry.alter { [sandbox = try Samples.sandbox(record)] in $0.remove(sandbox) }
    let debt = try #require(registry.debt(id))
    #expect(debt.sandbox.record == record)
    registry.alter { $0.recover(.attachNetworks, of: id) }
    #expect(registry.debt(id)?.since == debt.since, "it is owed as before")
    registry.alter { $0.recover(.commit, of: id) }
    #expect(registry.debt(id) != nil, "another step's return is not this one's")
    registry.alter { $0.recover(.attachNetworks, of: id) }
    #expect(registry.isEmpty)
  }

  @Test("a step that comes back leaves a sandbox, or a debt of networks, as it is")
  func recovered() throws {
    try registry.put(Samples.record(.stopping))
    registry.alter { $0.lose(.startPause, of: id) }
    registry.alter { $0.recover(.startPause, of: id) }
    #expect(registry.sandbox(id) != nil)
    registry.put(nil, at: id)
    #expect(registry.isEmpty, "nothing of it is lost any more")

    try registry.put(Samples.record(.owed))
    registry.alter { $0.lose(.attachNetworks, of: id) }
    registry.alter { $0.recover(.attachNetworks, of: id) }
    #expect(registry.debt(id)?.reason == .networks)
    registry.alter { $0.lose(.attachNetworks, of: id) }
    registry.put(nil, at: id)
    #expect(registry.debt(id)?.reason == .step(.attachNetworks))
  }

  @Test("steps and changes of an id that leads to no sandbox do nothing")
  func withoutEntry() throws {
    registry.alter { $0.lose(.commit, of: id) }
    registry.alter { $0.recover(.commit, of: id) }
    #expect(registry.change(id) { _ in 1 } == nil)
    #expect(registry.isEmpty)
    _ = try registry.admit()
    #expect(registry.change(id) { _ in 1 } == nil)
    #expect(registry.sandbox(id) == nil && registry.debt(id) == nil)
  }

  @Test("sandboxes are told the newest first, debts the oldest first, records by their path; each list has its own")
  func lists() throws {
    for (number, time) in [(1, 5), (2, 7), (3, 6), (4, 6)] {
      try registry.put(Samples.record(.stopped, number, name: "p\(number)", createdAt: Int64(time)))
    }
    for (number, time) in [(5, 5), (6, 4), (7, 5)] {
      var record = Samples.record(.owed, number)
      record.owedSince = Int64(time)
      try registry.put(record)
    }
    for number in [9, 8] { registry.put(.quarantined(Samples.unreadable(number, name: nil)), at: Samples.id(number)) }
    _ = try registry.admit(Samples.configuration("run"), 10)
    #expect(registry.sandboxes.map(\.id) == [2, 4, 3, 1].map { Samples.id($0) })
    #expect(registry.debts.map(\.sandbox.id) == [6, 5, 7].map { Samples.id($0) })
    #expect(registry.quarantined.map(\.id) == [8, 9].map { Samples.id($0) })
  }

  @Test("an id is found by any prefix that is one sandbox's alone; of more than one all candidates are named")
  func find() throws {
    for (number, digits) in [(1, 1), (2, 2), (3, 0x2a)] {
      try registry.put(Samples.record(.stopped, digits, name: "p\(number)", createdAt: Int64(number)))
    }
    #expect(try registry.find("1")?.id == Samples.id(1))
    #expect(try registry.find(Samples.id(2))?.id == Samples.id(2))
    #expect(try registry.find("2a")?.id == Samples.id(0x2a))
    #expect(try registry.find("3") == nil)
    let long = #expect(throws: SandboxError.self) { try registry.find(Samples.id(1) + "0") }
    #expect(long?.message.hasPrefix("pod_sandbox_id has 65 bytes, an id has 64: ") == true)
    let error = #expect(throws: SandboxError.self) { try registry.find("2") }
    #expect(error?.code == .invalidArgument)
    for word in ["2 sandboxes", "\"2\"", "\(Samples.id(2)) (p2___0)", "\(Samples.id(0x2a)) (p3___0)", "more digits"] {
      #expect(error?.message.contains(word) == true, "\(word)")
    }
    #expect(error?.message.contains("…") == false)
    let empty = #expect(throws: SandboxError.self) { try registry.find("") }
    #expect(empty?.code == .invalidArgument && empty?.message.contains("is empty") == true)
  }

  @Test("of many candidates five are named, and that there are more")
  func findMany() throws {
    for number in 0x20...0x25 { try registry.put(Samples.record(.stopped, number, name: "p\(number)")) }
    let error = #expect(throws: SandboxError.self) { try registry.find("2") }
    #expect(error?.message.contains("6 sandboxes") == true && error?.message.contains(", …") == true)
    #expect((0x20...0x25).count { error?.message.contains(Samples.id($0)) == true } == 5)
  }

  @Test("only sandboxes are found: a debt's, a run's or a broken record's id leads to none")
  func findOthers() throws {
    try registry.put(Samples.record(.owed, 1))
    registry.put(.quarantined(Samples.unreadable(2, name: nil)), at: Samples.id(2))
    _ = try registry.admit(Samples.configuration("run"), 3)
    for number in 1...3 { #expect(try registry.find(Samples.id(number)) == nil) }
  }
}
