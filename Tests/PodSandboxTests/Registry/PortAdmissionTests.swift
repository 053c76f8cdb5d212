import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("A port of the host has one owner", .timeLimit(.minutes(1)))
struct PortAdmissionTests {
  private let registry = Registry()

  private func pod(_ name: String, _ hostIP: String = "") -> PodSandboxConfiguration {
    Samples.configuration(name) { $0.portMappings = [Samples.mapping(8080, hostIP)] }
  }

  /// Why another pod may not have the port; `nil` when it may.
  private func refusal(_ hostIP: String = "") throws -> SandboxError? {
    do throws(SandboxError) {
      let admission = try registry.admit(pod("second", hostIP), 2)
      #expect(admission.run != nil)
      registry.put(nil, at: Samples.id(2))
      return nil
    } catch {
      #expect(error.code == .failedPrecondition && error.sandboxID == Samples.id())
      #expect(registry.read { $0.places[Samples.id(2)] == nil } && registry.holder("second") == nil)
      return error
    }
  }

  @Test("a run has its ports from the moment it is admitted until it is gone")
  func run() throws {
    _ = try registry.admit(pod("first"))
    let error = try #require(try refusal())
    for word in ["first___0", Samples.id(), "tcp 8080"] { #expect(error.message.contains(word)) }
    #expect(try refusal("127.0.0.1") != nil)
    registry.put(nil, at: Samples.id())
    #expect(try refusal() == nil)
  }

  @Test(
    "a sandbox has them until its networks are detached",
    arguments: [
      (SandboxRecord.Stage.creating, true), (.ready, true), (.stopping, true), (.stopped, false),
    ])
  func sandbox(_ stage: SandboxRecord.Stage, _ isHeld: Bool) throws {
    try registry.put(Samples.record(stage, name: "first") { $0.portMappings = [Samples.mapping(8080)] })
    #expect(try (refusal() != nil) == isHeld)
    registry.change(Samples.id()) { $0.record.stage = .stopped }
    #expect(try refusal() == nil)
  }

  @Test("a debt has them for as long as it is owed, and the refusal tells what it is")
  func owed() throws {
    try registry.put(Samples.record(.owed, name: "first") { $0.portMappings = [Samples.mapping(8080)] })
    let error = try #require(try refusal())
    for word in ["gone but for its networks", "first___0", "berthctl leftovers"] {
      #expect(error.message.contains(word))
    }
    registry.put(nil, at: Samples.id())
    #expect(try refusal() == nil)
  }

  @Test(
    "a step that does not come back holds them where it may attach a network, whatever else is lost beside it",
    arguments: [([StepName.attachNetworks], true), ([.createCgroup, .attachNetworks], true), ([.createCgroup], false)])
  func lostSteps(_ lost: [StepName], _ isHeld: Bool) throws {
    _ = try registry.admit(pod("first"))
    for step in lost { registry.alter { $0.lose(step, of: Samples.id()) } }
    registry.put(nil, at: Samples.id())
    #expect(try (refusal() != nil) == isHeld)
    for step in lost { registry.alter { $0.recover(step, of: Samples.id()) } }
    #expect(try refusal() == nil)
  }

  @Test("addresses that do not meet go together, and a pod in the host's network takes none")
  func apart() throws {
    _ = try registry.admit(pod("first", "127.0.0.1"))
    #expect(try refusal("127.0.0.2") == nil)
    #expect(try refusal("127.0.0.1") != nil)
    #expect(try refusal("0.0.0.0") != nil)
    #expect(try refusal("::") == nil)
    let host = Samples.configuration("host") {
      $0.portMappings = [Samples.mapping(8080)]
      $0.linux.securityContext.namespaceOptions.network = .node
    }
    #expect(try registry.admit(host, 3).run != nil)
  }

  @Test("the name comes first: the same request joins, though its ports are taken")
  func sameRequest() throws {
    _ = try registry.admit(pod("first"))
    #expect(try registry.admit(pod("first"), 2).joined?.id == Samples.id())
  }
}
