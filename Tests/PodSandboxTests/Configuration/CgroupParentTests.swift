import Testing

@testable import PodSandbox

@Suite(.timeLimit(.minutes(1))) struct CgroupParentTests {
  @Test(
    "a path is a path, and a slice's name means its place in systemd's tree",
    arguments: [
      ("/pods/pod-1", "/pods/pod-1"), ("pods", "/pods"), ("kubepods.slice", "/kubepods.slice"),
      ("a-b.slice", "/a.slice/a-b.slice"), ("a-b-c.slice", "/a.slice/a-b.slice/a-b-c.slice"), ("-.slice", "/"),
      ("/a-b.slice", "/a-b.slice"), ("/kubepods.slice/kubepods-x.slice", "/kubepods.slice/kubepods-x.slice"),
      ("/a.b/c", "/a.b/c"), ("/" + String(repeating: "n", count: 255), "/" + String(repeating: "n", count: 255)),
    ])
  func accepts(text: String, path: String) throws {
    #expect(try CgroupParent.path(text) == path)
    var linux = LinuxConfiguration()
    linux.cgroupParent = text
    #expect(linux.cgroupParentPath == path)
  }

  @Test(
    "what is neither is refused, and named",
    arguments: [
      ("/", "empty"), ("//", "empty"), ("/a//b", "empty"), ("/a/", "empty"), ("/a/../b", "\"..\""), ("..", "\"..\""),
      ("/a/.", "\".\""), ("a b", "white space"), ("/a\n", "white space"), ("/a\u{7f}", "control"),
      ("/" + String(repeating: "n", count: 256), "255"),
      (String(repeating: "/" + String(repeating: "n", count: 200), count: 20), "the most"),
      (String(repeating: "a-", count: 200_000) + "a.slice", "400007 bytes; 3583 is the most"),
      ("a--b.slice", "slice"), ("-a.slice", "slice"), ("a-.slice", "slice"), (".slice", "slice"),
      (String(repeating: "s", count: 250) + ".slice", "255"),
    ])
  func refuses(text: String, word: String) throws {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "web"
    configuration.linux.cgroupParent = text
    let error = try #require(throws: SandboxError.self) { try configuration.validate(on: HostFeatures()) }
    #expect(error.code == .invalidArgument)
    #expect(error.message.contains("config.linux.cgroupParent") && error.message.contains(word), "\(error)")
    #expect(configuration.linux.cgroupParentPath == nil)
  }

  @Test("none is the daemon's")
  func none() { #expect(LinuxConfiguration().cgroupParentPath == nil) }
}
