import CNI
import CNIPlugin
import Glibc
import JSON
import LinuxKernel
import Netlink
import Testing

@testable import NetworkPlugins

/// Who deletes an ifb, and which.
@Suite(.enabled(if: isRoot, "needs root")) struct IFBTests {
  @Test func aDELTakesWhatTheReferencePluginMadeAndNothingOfOthers() async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      let test = try trial.test(ShapedPair.both)
      let owner = LinkOwner(network: "test", identity: .init(containerID: "test", interfaceName: "eth0"))
      let names = owner.ifbNames
      try trial.host.socket.perform(.createIFB(NewLink(names[0])), .createIFB(NewLink(names[1])))
      // Whose the second name is, is not said by the name: the reference plugin has none of it.
      try trial.del(test)
      #expect(try trial.ifbs.map(\.name) == [names[1]])
      try trial.host.socket.perform(.createBridge(NewLink(names[0])))
      try trial.del(test)
      #expect(try trial.host.socket.link(named: names[0]).kind == "bridge")
    }
  }

  @Test func aCallerThatReapsIsNotKeptWaiting() async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      var test = try trial.test(ShapedPair.both)
      _ = try trial.add(test)
      test.caller.reapsLinks = true
      try trial.del(test)
      #expect(try trial.ifbs.count == 1)
      let identity = AttachmentIdentity(containerID: "test", interfaceName: "eth0")
      let links = try trial.onHost { try OwnedLink.all(of: identity, network: "test") }
      #expect(try links.map(\.goesWithNamespace) == [false] && links == trial.onHost { try OwnedLink.all() })
      for link in links + links { try trial.onHost { try link.delete() } }
      #expect(try trial.ifbs.isEmpty)
    }
  }

  @Test(arguments: ["", "/not/there"])
  func aDELNeedsNoNamespaceAndNoResult(path: String) async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      var test = try trial.test(ShapedPair.both)
      _ = try trial.add(test)
      test.networkNamespace = path
      test.previousResult = nil
      try trial.del(test)
      #expect(try trial.ifbs.isEmpty)
    }
  }

  @Test func gcDeletesOnlyWhatBelongsToNobody() async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      var test = try trial.test(#"{"egressRate":8000,"egressBurst":800000}"#)
      for (number, id) in ["kept", "lost", "theirs", "elsewhere"].enumerated() {
        let name = "eth\(number + 4)"
        _ = try ShapedPair.pair(trial.host, trial.pod, name)
        var one = try trial.test(#"{"egressRate":8000,"egressBurst":800000}"#, interface: name)
        if id == "elsewhere" { one.configuration["name"] = "other" }
        one.containerID = id
        _ = try trial.add(one)
      }
      test.caller.owns = { $0 != "theirs" }
      let owners = { try trial.ifbs.compactMap { $0.alias?.split(separator: "/")[1] }.sorted() }
      try trial.onHost { try test.gc(keeping: [.init(containerID: "kept", interfaceName: "eth4")]) }
      #expect(try owners() == ["elsewhere", "kept", "theirs"])
      test.caller.owns = nil
      try trial.onHost { try test.gc(keeping: []) }
      #expect(try owners() == ["elsewhere"])
    }
  }

  @Test func theKernelHasWhatIsNeeded() async throws {
    try await onOwnThread {
      let trial = try ShapedPair()
      let test = try trial.test(ShapedPair.both)
      try trial.onHost { try test.status() }
      // Nothing stays of the question.
      #expect(try trial.host.socket.links().filter { $0.kind == "ifb" }.isEmpty)
    }
  }
}
