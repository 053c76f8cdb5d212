import Glibc
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("Traces of operations that have ended", .timeLimit(.minutes(1)))
struct TraceStoreTests {
  private let state: TemporaryDirectory

  init() throws { state = try TemporaryDirectory() }

  private func store(_ limit: Int = 3) throws -> TraceStore { try TraceStore(state: state.path, limit: limit) }

  private func trace(
    _ number: Int, _ operation: Trace.Operation = .run, startedAt: Int64 = 0, error: String? = nil,
    _ fill: (TraceRecorder) -> Void = { _ in }
  ) -> Trace {
    let recorder = TraceRecorder(operation, sandboxID: Samples.id(number), startedAt: startedAt)
    fill(recorder)
    return recorder.snapshot(error: error)
  }

  /// Failed runs, one a second, each written when its answer is out.
  private func fail(_ numbers: some Sequence<Int>, _ store: TraceStore) {
    for number in numbers { store.keep(trace(number, startedAt: Int64(number), error: "\(number)"), as: .failed)() }
  }

  private func remembered(_ store: TraceStore) -> [String?] { store.find("").map(\.error) }

  @Test("a trace is found at once, before it is written, and afterwards from its file")
  func pending() throws {
    let store = try store()
    let run = trace(1)
    let write = store.keep(run, as: .run)
    #expect(store.find(Samples.id(1)) == [run])
    #expect(try state.names("traces").isEmpty)
    write()
    #expect(try state.names("traces") == ["\(Samples.id(1)).run"])
    #expect(try state.status("traces/\(Samples.id(1)).run").st_mode & 0o7777 == 0o600)
    #expect(try state.status("traces").st_mode & 0o7777 == 0o700)
    #expect(store.find(Samples.id(1)) == [run])
    #expect(try self.store().find(Samples.id(1)) == [run])
    #expect(store.find(Samples.id(2)).isEmpty)
  }

  @Test("a sandbox has its run's and its last stop's, the run's first; the later of the last counts")
  func runAndLast() throws {
    let store = try store()
    let (run, first, second) = (trace(1), trace(1, .stop, error: "a"), trace(1, .stop, error: "b"))
    store.keep(first, as: .last)()
    store.keep(run, as: .run)()
    #expect(store.find(Samples.id(1)) == [run, first])
    let write = store.keep(second, as: .last)
    #expect(store.find(Samples.id(1)) == [run, second])
    write()
    #expect(store.find(Samples.id(1)) == [run, second])
    #expect(store.find(String(Samples.id(1).prefix(20))).isEmpty, "a sandbox's are found by its whole id")
  }

  @Test("a sandbox that is gone is forgotten, and no other")
  func forget() throws {
    let store = try store()
    for number in 1...2 {
      store.keep(trace(number), as: .run)()
      store.keep(trace(number, .stop), as: .last)()
    }
    store.forget(Samples.id(1))
    #expect(store.find(Samples.id(1)).isEmpty)
    #expect(store.find(Samples.id(2)).count == 2)
    #expect(try state.names("traces").count == 2)
    store.forget(Samples.id(1))
  }

  @Test("exactly the last failed runs are kept, in memory and on the disk, the oldest first")
  func bounded() throws {
    let store = try store()
    fail(1...3, store)
    #expect(remembered(store) == ["1", "2", "3"])
    fail([4], store)
    #expect(remembered(store) == ["2", "3", "4"])
    #expect(try state.names("traces").count == 3)
    fail(5...20, store)
    #expect(remembered(store) == ["18", "19", "20"])
    #expect(try state.names("traces").count == 3)
  }

  @Test("the time orders them, however many digits it has")
  func order() throws {
    let store = try store()
    for (number, time) in [(1, 9), (2, 10), (3, Int64.max)] {
      store.keep(trace(number, startedAt: time, error: "\(number)"), as: .failed)()
    }
    #expect(remembered(store) == ["1", "2", "3"])
    #expect(remembered(try self.store()) == ["1", "2", "3"])
  }

  @Test("a failed run is found by any prefix of its id; all that have it are told")
  func prefix() throws {
    let store = try store()
    fail([0x1, 0x2, 0x2a], store)
    #expect(store.find("2").map(\.error) == ["2", "42"])
    #expect(store.find(Samples.id(0x2a)).map(\.error) == ["42"])
    #expect(store.find("3").isEmpty)
    let write = store.keep(trace(0x2b, startedAt: 99, error: "43"), as: .failed)
    #expect(store.find("2").map(\.error) == ["2", "42", "43"])
    write()
    #expect(store.find("2").map(\.error) == ["2", "42", "43"])
  }

  @Test("written in whatever order, no more than the last ones are left on the disk")
  func writtenLate() throws {
    let store = try store(1)
    let first = store.keep(trace(1, startedAt: 1, error: "1"), as: .failed)
    let second = store.keep(trace(2, startedAt: 2, error: "2"), as: .failed)
    #expect(remembered(store) == ["2"])
    second()
    first()
    #expect(remembered(store) == ["2"])
    #expect(try state.names("traces").count == 1)
    #expect(remembered(try self.store(1)) == ["2"])
  }

  @Test("after a restart the last ones are known, and pushed out by the next as before")
  func restart() throws {
    fail(1...3, try store())
    try state.write("traces/.berth-2147483647-1.tmp", "half")
    let second = try store()
    #expect(remembered(second) == ["1", "2", "3"])
    #expect(try state.names("traces").count == 3)
    fail([4], second)
    #expect(remembered(second) == ["2", "3", "4"])
    let third = try store(1)
    fail([5], third)
    #expect(remembered(third) == ["5"])
    #expect(try state.names("traces").count == 1)
  }

  @Test("of none that is to be kept none is")
  func none() throws {
    let store = try store(0)
    fail(1...2, store)
    #expect(remembered(store).isEmpty)
    #expect(try state.names("traces").isEmpty)
  }

  @Test("what cannot be read is left out, the rest is told")
  func garbage() throws {
    let store = try store()
    fail(1...2, store)
    let name = try #require(try state.names("traces").first)
    try state.write("traces/\(name)", "garbage")
    try state.write("traces/\(Samples.id(2)).run", String(repeating: "x", count: (1 << 20) + 2))
    #expect(remembered(store) == ["2"])
    #expect(store.find(Samples.id(2)).map(\.error) == ["2"])
  }

  @Test("a trace above the bound is kept without its plugin calls")
  func tooLong() throws {
    let store = try store()
    let long = trace(1, error: "long") { recorder in
      let entry = recorder.begin(.attachNetworks, .do)
      for _ in 0..<300 {
        recorder.add(Samples.call("p", stderr: String(repeating: "x", count: 4096)), to: entry)
      }
    }
    store.keep(long, as: .failed)()
    let kept = try #require(store.find(Samples.id(1)).first)
    #expect(kept.error == "long" && kept.steps.map(\.step) == [.attachNetworks])
    #expect(kept.steps[0].pluginCalls.isEmpty)
    let size = try #require(try state.names("traces").first.map { try state.status("traces/\($0)").st_size })
    #expect(size <= 1 << 20)
  }

  @Test("a trace that cannot be written is lost, and nothing else")
  func unwritable() throws {
    let store = try store()
    try Directories.remove("\(state.path)/traces")
    fail([1], store)
    store.keep(trace(2), as: .run)()
    store.forget(Samples.id(2))
    #expect(remembered(store).isEmpty)
  }

  @Test("failed runs from many threads: as many are left as are to be kept")
  func manyThreads() throws {
    let store = try store()
    let traces = (0..<80).map { trace($0 + 1, startedAt: Int64($0), error: "\($0)") }
    _ = try onThreads(8) { thread in
      for round in 0..<10 { store.keep(traces[thread * 10 + round], as: .failed)() }
    }
    #expect(remembered(store).count == 3)
    #expect(try state.names("traces").count == 3)
  }
}
