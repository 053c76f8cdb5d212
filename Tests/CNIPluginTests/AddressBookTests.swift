import CNI
import CNIPlugin
import FoundationEssentials
import JSON
import LinuxKernel
import Testing

@testable import addressbook

/// The example, tested as its README shows.
@Suite struct AddressBookTests {
  private func withBook(_ body: (_ directory: String, PluginTest<AddressBook>) throws -> Void) throws {
    let directory = "/tmp/berth-addressbook-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: directory) }  // it may not be there
    var test = PluginTest(AddressBook(), ["directory": .string(directory)])
    let address = try #require(IPPrefix("10.90.0.2/24"))
    test.previousResult = try CNIResult(cniVersion: "1.1.0", ips: [.init(address: address)])
    try body(directory, test)
  }

  @Test func anAttachmentsLife() throws {
    try withBook { directory, test in
      #expect(try test.add() == test.previousResult)
      #expect(try String(contentsOfFile: "\(directory)/test-eth0", encoding: .utf8) == "10.90.0.2\n")
      try test.check()
      try test.del()
      try test.del()
      #expect(throws: PluginError.self) { try test.check() }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
    }
  }

  @Test func collectionKeepsWhatIsInUse() throws {
    try withBook { directory, test in
      try test.gc(keeping: [])
      _ = try test.add()
      try test.gc(keeping: [.init(containerID: "test", interfaceName: "eth0")])
      try test.check()
      try test.gc(keeping: [.init(containerID: "other", interfaceName: "eth0")])
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
    }
  }

  @Test func aDirectoryThatCannotBeMadeIsAnIOError() throws {
    try withBook { _, test in
      var test = test
      test.configuration["directory"] = "/proc/book"
      let error = #expect(throws: PluginError.self) { try test.add() }
      #expect(error?.code == CNIError.Code.ioFailure)
    }
  }
}
