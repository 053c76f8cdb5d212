import CNI
import JSON
import Testing

@testable import CNIConformance

@Suite("What a run takes of all there is")
struct SelectionTests {
  @Test("levels by their names, all where none is named")
  func levels() throws {
    #expect(try Selection.levels("") == Set(Level.allCases))
    #expect(try Selection.levels("spec,leak") == [.spec, .leak])
    #expect(throws: UsageFault.self) { try Selection.levels("spec,speck") }
    #expect(throws: UsageFault.self) { try Selection.levels("spec,") }
  }

  @Test("cases by a regular expression, which must find one")
  func cases() throws {
    let found = try Selection.cases(levels: [.spec], filter: "^spec/add-twice$")
    #expect(found.map(\.id) == ["spec/add-twice"])
    #expect(throws: UsageFault.self) { try Selection.cases(levels: [.speed], filter: "^spec/add-twice$") }
    #expect(throws: UsageFault.self) { try Selection.cases(levels: [.spec], filter: "(") }
    #expect(try Selection.cases(levels: [.spec], filter: nil).allSatisfy { $0.level == .spec })
  }

  @Test("versions oldest first, whatever the order; none for all")
  func versions() throws {
    #expect(try Selection.versions("1.0.0,0.3.1") == ["0.3.1", "1.0.0"])
    #expect(try Selection.versions("all") == nil)
    #expect(throws: UsageFault.self) { try Selection.versions("2.0.0") }
  }
}

@Suite("Subjects of a network")
struct SubjectTests {
  static let list = #"""
    {"cniVersion": "1.0.0", "cniVersions": ["1.0.0"], "name": "net", "odd": [1], "plugins": [
      {"type": "bridge", "ipam": {"type": "host-local", "dataDir": "/srv/ipam"}}, {"type": "portmap", "dataDir": "/srv/p"}]}
    """#

  @Test("another version changes nothing else")
  func rewriting() throws {
    let list = try NetworkConfigurationList(parsing: Array(Self.list.utf8))
    let other = try list.rewritten(in: "0.3.1")
    #expect(other.cniVersion == "0.3.1")
    #expect(other.plugins == list.plugins)
    var (before, after) = (try JSON(parsing: list.bytes).object, try JSON(parsing: other.bytes).object)
    for key in ["cniVersion", "cniVersions"] {
      before?[key] = nil
      after?[key] = nil
    }
    #expect(before == after)
    #expect(try list.rewritten(in: "1.0.0") == list)
  }

  @Test("directories in which plugins keep their state are found wherever they are named")
  func data() throws {
    let list = try NetworkConfigurationList(parsing: Array(Self.list.utf8))
    #expect(list.dataDirectories == ["/srv/ipam", "/srv/p"])
  }

  @Test("each plugin alone, then the chain")
  func subjects() throws {
    let list = try NetworkConfigurationList(
      parsing: Array(#"{"cniVersion": "1.0.0", "name": "n", "plugins": [{"type": "sh"}, {"type": "cat"}]}"#.utf8))
    let subjects = try Subject.all(of: list, pluginDirectories: ["/bin"])
    #expect(subjects.map(\.name) == ["sh", "cat", "sh+cat"])
    #expect(subjects.map(\.kind) == [.interface, .chained, .chain])
    #expect(throws: CNIError.self) { try Subject.all(of: list, pluginDirectories: ["/proc"]) }
  }
}
