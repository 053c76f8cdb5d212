import CNI
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("gc takes nothing that lives", .timeLimit(.minutes(1)))
struct CollectionTests {
  private let registry = Registry()

  private func isCollectable(_ id: String) -> Bool { registry.read { $0.isCollectable(id) } }

  @Test("an id that leads to nothing is gc's, once, until it says that it is done")
  func unknown() {
    let id = Samples.id()
    for isClean in [false, true] {
      #expect(isCollectable(id))
      #expect(registry.collect(id))
      #expect(!isCollectable(id))
      #expect(!registry.collect(id), "of two collections one has it")
      registry.end(id, isClean: isClean)
      #expect(registry.isEmpty)
    }
  }

  @Test("a run, a sandbox of whatever stage and a debt are never taken, nor ended")
  func living() throws {
    _ = try registry.admit(Samples.configuration("run"), 1)
    for (number, stage) in [SandboxRecord.Stage.creating, .ready, .stopping, .stopped, .owed].enumerated() {
      try registry.put(Samples.record(stage, number + 2, name: "p\(number)"))
    }
    for number in 1...6 {
      #expect(!isCollectable(Samples.id(number)))
      #expect(!registry.collect(Samples.id(number)))
      registry.end(Samples.id(number), isClean: true)
    }
    #expect(registry.read { $0.places.count } == 6)
    #expect(registry.read { $0.names.count } == 5)
  }

  @Test("a record that cannot be used is taken; where that fails it is there again, and its name still reserved")
  func quarantined() throws {
    let file = Samples.unreadable()
    registry.put(.quarantined(file), at: file.id)
    #expect(isCollectable(file.id))
    #expect(registry.collect(file.id))
    #expect(registry.quarantined.isEmpty)
    #expect(registry.holder() == file.id)
    registry.end(file.id, isClean: false)
    #expect(registry.quarantined == [file])
    #expect(registry.holder() == file.id)
    #expect(registry.collect(file.id))
    registry.end(file.id, isClean: true)
    #expect(registry.isEmpty)
  }

  @Test("under traffic: what was admitted is never gc's, and what is gc's is nobody else's")
  func underTraffic() throws {
    let registry = registry
    let stolen = try onThreads(8) { thread -> Int in
      var stolen = 0
      for round in 0..<100 {
        let number = thread % 4 * 100 + round + 1
        let id = Samples.id(number)
        if thread >= 4 {
          guard registry.collect(id) else { continue }
          let isMine = registry.read { if case .collecting? = $0.places[id]?.entry { true } else { false } }
          if !isMine { stolen += 1 }
          registry.end(id, isClean: true)
          continue
        }
        // Its id is random: nobody, gc included, knows it before its admission.
        let other = Samples.id(number + 1000)
        guard case .start? = try? registry.admit(Samples.configuration("p\(number)"), number + 1000) else {
          stolen += 1
          continue
        }
        if registry.collect(other) { stolen += 1 }
        let sandbox = Sandbox(record: Samples.record(.ready, number + 1000, name: "p\(number)"), pause: nil)
        registry.put(.sandbox(sandbox), at: other)
        if registry.collect(other) || registry.sandbox(other) == nil { stolen += 1 }
      }
      return stolen
    }
    #expect(stolen == Array(repeating: 0, count: 8))
    #expect(registry.sandboxes.count == 400)
  }

  @Test("GC's valid attachments: every network of runs, sandboxes and debts, in one snapshot")
  func validAttachments() throws {
    _ = try registry.admit(Samples.configuration("default"), 1)
    _ = try registry.admit(Samples.configuration("two"), 2, handler: "two")
    try registry.put(Samples.record(.stopped, 3, name: "s", networks: 2))
    try registry.put(Samples.record(.owed, 4))
    registry.put(.quarantined(Samples.unreadable(5)), at: Samples.id(5))
    #expect(registry.collect(Samples.id(6)))
    let attachments = registry.read { state in state.attachments { $0 == "two" ? 2 : 0 } }
    let expected = [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (4, 0)]
      .map { AttachmentIdentity(containerID: Samples.id($0.0), interfaceName: "eth\($0.1)") }
    #expect(attachments == Set(expected))
  }
}
