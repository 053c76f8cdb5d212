import CNI
import Glibc
import Testing

@Suite("Watching the configuration directory", .timeLimit(.minutes(1)))
struct WatcherTests {
  private typealias Contents = NetworkConfigurationDirectory.Contents

  /// A watcher over `<temporary>/etc/net.d` whose changes can be waited for.
  private final class Bench: Sendable {
    let directory: TemporaryDirectory
    let watcher: NetworkConfigurationWatcher
    let changes: AsyncStream<Contents>

    init(
      prepare: (TemporaryDirectory) throws -> Void = {
        mkdir("\($0.path)/etc", 0o755); mkdir("\($0.path)/etc/net.d", 0o755)
      }
    ) throws {
      directory = try TemporaryDirectory()
      try prepare(directory)
      let (changes, change) = AsyncStream<Contents>.makeStream()
      self.changes = changes
      watcher = try NetworkConfigurationWatcher(
        NetworkConfigurationDirectory("\(directory.path)/etc/net.d"), pluginDirectories: ["\(directory.path)/bin"]
      ) { change.yield($0) }
    }

    deinit { watcher.shutdown() }

    func write(_ name: String, _ network: String) throws {
      try directory.write("etc/net.d/\(name)", #"{"name":"\#(network)","plugins":[{"type":"a"}]}"#)
    }

    var names: [String] { watcher.contents.networks.map(\.list.name) }

    /// Waits until the names in force are these; the suite's time limit is the only other way out.
    func wait(for names: [String]) async { await wait { $0.networks.map(\.list.name) == names } }

    func wait(until condition: (Contents) -> Bool) async {
      if condition(watcher.contents) { return }
      for await contents in changes where condition(contents) { return }
    }

    func remove(_ name: String) { unlink("\(directory.path)/etc/net.d/\(name)") }
  }

  @Test("CNI-B6 files created, changed, moved and removed")
  func files() async throws {
    let bench = try Bench()
    #expect(bench.names.isEmpty)
    try bench.write("10-a.conflist", "a")
    await bench.wait(for: ["a"])
    try bench.write("10-a.conflist", "b")
    await bench.wait(for: ["b"])
    let net = "\(bench.directory.path)/etc/net.d"
    rename("\(net)/10-a.conflist", "\(net)/10-a.disabled")
    await bench.wait(for: [])
    rename("\(net)/10-a.disabled", "\(net)/20-a.conflist")
    await bench.wait(for: ["b"])
    bench.remove("20-a.conflist")
    await bench.wait(for: [])
  }

  @Test("CNI-B4 the last good configuration stays while its file is broken, and the error is told")
  func lastGood() async throws {
    let bench = try Bench()
    try bench.write("10-a.conflist", "a")
    await bench.wait(for: ["a"])
    try bench.directory.write("etc/net.d/10-a.conflist", #"{"name":"a","plug"#)
    await bench.wait { !$0.failures.isEmpty }
    #expect(bench.names == ["a"])
    try bench.write("20-c.conflist", "c")
    await bench.wait(for: ["a", "c"])
    try bench.write("10-a.conflist", "d")
    await bench.wait(for: ["d", "c"])
    #expect(bench.watcher.contents.failures.isEmpty)
  }

  @Test("CNI-B6 the directory does not exist, comes, goes and comes again, with those above it")
  func directories() async throws {
    let bench = try Bench { _ in }
    let etc = "\(bench.directory.path)/etc"
    for round in 0..<2 {
      mkdir(etc, 0o755)
      mkdir("\(etc)/net.d", 0o755)
      try bench.write("10-a.conflist", "a\(round)")
      await bench.wait(for: ["a\(round)"])
      rename(etc, "\(etc).\(round)")
      await bench.wait(for: [])
    }
  }

  @Test("CNI-B6 symbolic links swapped as Kubernetes does it")
  func links() async throws {
    let bench = try Bench()
    let net = "\(bench.directory.path)/etc/net.d"
    for version in ["1", "2"] {
      mkdir("\(net)/..\(version)", 0o755)
      try bench.write("..\(version)/a.conflist", "a\(version)")
    }
    symlink("..1", "\(net)/..data")
    symlink("..data/a.conflist", "\(net)/a.conflist")
    await bench.wait(for: ["a1"])
    symlink("..2", "\(net)/..data_tmp")
    rename("\(net)/..data_tmp", "\(net)/..data")
    await bench.wait(for: ["a2"])
  }

  @Test("CNI-B6 plugins beside a list")
  func plugins() async throws {
    let bench = try Bench()
    try bench.directory.write("etc/net.d/10-a.conflist", #"{"name":"a"}"#)
    try bench.directory.write("etc/net.d/a/10.conf", #"{"type":"x"}"#)
    await bench.wait { $0["a"]?.plugins.map(\.type) == ["x"] }
    try bench.directory.write("etc/net.d/a/10.conf", #"{"type":"y"}"#)
    await bench.wait { $0["a"]?.plugins.map(\.type) == ["y"] }
  }

  @Test("CNI-B6 the plugins' own directories, also one that comes later")
  func pluginDirectories() async throws {
    let bench = try Bench()
    var changes = bench.changes.makeAsyncIterator()
    mkdir("\(bench.directory.path)/bin", 0o755)
    #expect(await changes.next() != nil)
    try bench.directory.script("bin/y", "true")
    #expect(await changes.next() != nil)
  }

  @Test("A caller that misses a network can look at once; shutting down twice is fine")
  func reload() async throws {
    let bench = try Bench()
    bench.watcher.shutdown()
    bench.watcher.shutdown()
    try bench.write("10-a.conflist", "a")
    #expect(await bench.watcher.reload().networks.map(\.list.name) == ["a"])
    #expect(bench.names == ["a"])
  }

  @Test("CNI-B6 a file that is moved out of the directory takes its network away, by inotify alone")
  func movedOut() async throws {
    // All directories are there, so that nothing is looked for again after a while.
    let bench = try Bench {
      for folder in ["etc", "etc/net.d", "bin", "aside"] { mkdir("\($0.path)/\(folder)", 0o755) }
    }
    try bench.write("10-a.conflist", "a")
    await bench.wait(for: ["a"])
    rename("\(bench.directory.path)/etc/net.d/10-a.conflist", "\(bench.directory.path)/aside/10-a.conflist")
    await bench.wait(for: [])
    rename("\(bench.directory.path)/aside/10-a.conflist", "\(bench.directory.path)/etc/net.d/10-a.conflist")
    await bench.wait(for: ["a"])
  }

  @Test("CNI-B4 a directory that cannot be listed takes no network away, and is told")
  func unlistable() async throws {
    let bench = try Bench()
    try bench.write("10-a.conflist", "a")
    await bench.wait(for: ["a"])
    rename("\(bench.directory.path)/etc/net.d", "\(bench.directory.path)/etc/away")
    try bench.directory.write("etc/net.d", "a file")
    await bench.wait { $0.failures.map(\.file) == ["\(bench.directory.path)/etc/net.d"] }
    #expect(await bench.watcher.reload().networks.map(\.list.name) == ["a"])
  }
}
