import Glibc
import LinuxKernel
import SystemPackage
import Synchronization
import Testing

@testable import CNI

let isRoot = geteuid() == 0

@Suite("Executing plugins", .timeLimit(.minutes(2)))
struct ExecutionTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func request(_ plugin: String, _ configuration: String = "{}") -> PluginRequest {
    PluginRequest(
      verb: .add, plugin: plugin, executable: "\(directory.path)/\(plugin)", network: "net",
      environment: [.init("CNI_COMMAND", "ADD"), .init("CNI_ARGS", "")], configuration: Array(configuration.utf8))
  }

  private func run(
    _ script: String, configuration: String = "{}", invoker: ExecutablePluginInvoker = ExecutablePluginInvoker()
  ) async throws -> PluginResponse {
    try directory.script("plugin", script)
    return await invoke(request("plugin", configuration), invoker)
  }

  private func invoke(
    _ request: PluginRequest, _ invoker: ExecutablePluginInvoker = ExecutablePluginInvoker(),
    cancellation: Cancellation? = nil
  ) async -> PluginResponse {
    await DedicatedThread.run { invoker.invoke(request, cancellation: cancellation) }
  }

  /// Whether a process lives; a zombie that nobody has reaped yet does not.
  private func isAlive(_ pid: String) -> Bool {
    guard let number = Int32(pid.trimming), let identity = try? ProcessIdentity(of: number) else { return false }
    return ProcessHandle.open(identity) != nil
  }

  @Test("Configuration on standard input, answer on standard output, words on standard error, exit status")
  func conversation() async throws {
    let configuration = #"{"x":"\#(String(repeating: "y", count: 300_000))"}"#
    let response = try await run("cat; echo oops >&2; exit 3", configuration: configuration)
    #expect(response.outcome == .ended(.exited(3)) && response.stderr == "oops\n")
    #expect(response.stdout == Array(configuration.utf8))
  }

  @Test("What is to be done meanwhile is done once the plugin runs, before it ends")
  func meanwhile() async throws {
    let mark = directory.path + "/mark"
    var invoker = ExecutablePluginInvoker(timeout: .seconds(20))
    invoker.meanwhile = { close(open(mark, O_WRONLY | O_CREAT, 0o600)) }
    let response = try await run("until [ -e \(mark) ]; do sleep 0.01; done; echo '{}'", invoker: invoker)
    #expect(response.outcome == .ended(.exited(0)))
  }

  @Test("The six variables override the host's, which plugins get as well; no variable twice")
  func environment() async throws {
    let invoker = ExecutablePluginInvoker(
      environment: ["PATH=/usr/bin:/bin", "CNI_COMMAND=OLD", "CNI_ARGS=OLD", "HOME=/one", "HOME=/two"])
    let lines = String(decoding: try await run("env", invoker: invoker).stdout, as: UTF8.self).split(separator: "\n")
    #expect(lines.contains("CNI_COMMAND=ADD") && lines.contains("CNI_ARGS=") && lines.contains("HOME=/two"))
    #expect(lines.filter { $0.hasPrefix("CNI_") || $0.hasPrefix("HOME=") }.count == 3)
    #expect(ExecutablePluginInvoker().environment.contains { $0.hasPrefix("PATH=") })
  }

  @Test("CNI-A19 a plugin that is being written is tried again")
  func textFileBusy() async throws {
    let path = try directory.script("plugin", "echo '{}'")
    let writer = try FileDescriptor.open(FilePath(path), .writeOnly)
    var invoker = ExecutablePluginInvoker()
    invoker.busyInterval = .milliseconds(20)
    let busy = await invoke(request("plugin"), invoker)
    guard case .notStarted(let reason) = busy.outcome else {
      Issue.record("started although it is being written: \(busy)")
      return
    }
    #expect(reason.contains("could not start the plugin"))
    invoker.busyInterval = .seconds(1)
    let patient = invoker
    async let answer = invoke(request("plugin"), patient)
    // Longer than the kernel module's own patience.
    usleep(300_000)
    try writer.close()
    #expect(await answer.outcome == .ended(.exited(0)))
  }

  @Test("A plugin that cannot be executed is an error in words")
  func notExecutable() async throws {
    try directory.write("plugin", "no program", mode: 0o644)
    let response = await invoke(request("plugin"))
    guard case .notStarted(let reason) = response.outcome else {
      Issue.record("started: \(response)")
      return
    }
    #expect(reason.contains("plugin"))
  }

  @Test("A plugin that ends by a signal")
  func signalled() async throws {
    #expect(try await run("kill -SEGV $$").outcome == .ended(.signalled(SIGSEGV)))
  }

  @Test("A plugin that closes standard input early is no error, and does not end this process")
  func earlyClose() async throws {
    let big = String(repeating: "x", count: 1 << 20)
    let response = try await run("exec 0<&-; echo '{}'", configuration: big)
    #expect(response.outcome == .ended(.exited(0)) && response.stdout == Array("{}\n".utf8))
  }

  @Test("CNI-A24 a timeout kills the plugin's whole process group and keeps what it said")
  func timeout() async throws {
    let invoker = ExecutablePluginInvoker(timeout: .milliseconds(300))
    let response = try await run(
      "echo partial; echo why >&2; sleep 1000 & echo $! > \(directory.path)/child; wait", invoker: invoker)
    #expect(response.outcome == .timedOut(.milliseconds(300)) && response.leftover == nil)
    #expect(response.stderr == "why\n" && response.stdout == Array("partial\n".utf8))
    #expect(!isAlive(try directory.text("child")))
  }

  @Test("CNI-A24 a timeout kills a plugin that stays in this process's group, and nobody else in it")
  func timeoutInTheCallersGroup() async throws {
    var invoker = ExecutablePluginInvoker(timeout: .milliseconds(300))
    invoker.staysWithCaller = true
    let response = try await run("echo $$ > \(directory.path)/child; exec sleep 1000", invoker: invoker)
    #expect(response.outcome == .timedOut(.milliseconds(300)) && response.leftover == nil)
    #expect(!isAlive(try directory.text("child")))
  }

  @Test("CNI-A24 timeouts of every verb", arguments: [Verb.add, .del, .check, .gc, .status, .version])
  func timeouts(verb: Verb) async throws {
    try directory.script("a", "sleep 1000")
    let runtime = CNIRuntime(
      pluginDirectories: [directory.path], cacheDirectory: "\(directory.path)/cache",
      invoker: ExecutablePluginInvoker(timeout: .milliseconds(100)))
    let net = try chain("a", version: "1.1.0")
    let error = await failure { () async throws(CNIError) in
      switch verb {
      case .add: _ = try await runtime.add(net, attachment())
      case .del: try await runtime.del(net, attachment())
      case .check: try await runtime.check(net, attachment())
      case .gc: try await runtime.gc(net, valid: [])
      case .status: try await runtime.status(net)
      case .version: _ = try await runtime.version(of: "a")
      }
    }
    #expect(error?.kind == .timeout && error?.verb == verb && error?.plugin == "a")
  }

  @Test("CNI-A24 cancelling kills the plugin and waits for it")
  func cancellation() async throws {
    mkfifo("\(directory.path)/started", 0o600)
    try directory.script(
      "plugin", "sleep 1000 & echo $! > \(directory.path)/child; echo > \(directory.path)/started; wait")
    let cancellation = try Cancellation()
    let task = Task { [self] in await invoke(request("plugin"), cancellation: cancellation) }
    _ = try await DedicatedThread.run { [directory] () throws -> [UInt8] in try directory.read("started") }
    cancellation.cancel()
    #expect(await task.value.outcome == .cancelled)
    #expect(!isAlive(try directory.text("child")))
  }

  @Test("Too much on standard output is an error and ends the plugin")
  func tooMuch() async throws {
    var invoker = ExecutablePluginInvoker()
    invoker.maximumOutput = 1 << 20
    let response = try await run("exec yes", invoker: invoker)
    #expect(response.outcome == .failed("the plugin printed more than 1048576 bytes"))
    #expect(response.stdout.count == 1 << 20)
    #expect(ExecutablePluginInvoker().maximumOutput == CNIBounds.standardOutput)
  }

  @Test("Standard error is kept from both ends, bounded")
  func longStandardError() async throws {
    let response = try await run("echo first >&2; head -c 1000000 /dev/zero | tr '\\0' x >&2; echo last >&2; exit 1")
    #expect(response.stderr.hasPrefix("first\n") && response.stderr.hasSuffix("last\n"))
    #expect(response.stderr.utf8.count < 33000 && response.stderr.contains("bytes left out"))
  }

  @Test("A helper that closed its pipes stays after success")
  func helperStays() async throws {
    let response = try await run(
      "sleep 1000 </dev/null >/dev/null 2>&1 & echo $! > \(directory.path)/child; echo '{}'")
    #expect(response.outcome == .ended(.exited(0)))
    let child = try directory.text("child")
    #expect(isAlive(child))
    if let pid = Int32(child.trimming) { kill(pid, SIGKILL) }
  }

  @Test("A helper that holds standard output open gets its time, then an error and the kill")
  func helperHolds() async throws {
    let response = try await run("sleep 1000 & echo $! > \(directory.path)/child; echo '{}'")
    guard case .failed(let reason) = response.outcome else {
      Issue.record("no error: \(response)")
      return
    }
    #expect(reason.contains("held its standard output open"))
    #expect(!isAlive(try directory.text("child")))
  }

  @Test("A plugin that chatters without end is ended by its timeout all the same")
  func chatter() async throws {
    let response = try await run("exec yes >&2", invoker: ExecutablePluginInvoker(timeout: .milliseconds(300)))
    #expect(response.outcome == .timedOut(.milliseconds(300)) && response.stderr.contains("bytes left out"))
  }

  @Test("A plugin that fails while a helper holds its output open is heard")
  func failureWithHelper() async throws {
    let response = try await run("sleep 1000 & echo $! > \(directory.path)/child; echo '{\"code\":7}'; exit 1")
    #expect(response.outcome == .ended(.exited(1)) && response.failure?.code == 7)
    #expect(!isAlive(try directory.text("child")))
  }

  @Test("A plugin that fails takes its helpers along")
  func failureKills() async throws {
    let response = try await run(
      "sleep 1000 </dev/null >/dev/null 2>&1 & echo $! > \(directory.path)/child; exit 1")
    #expect(response.outcome == .ended(.exited(1)))
    #expect(!isAlive(try directory.text("child")))
  }

  @Test("With a cgroup, what has left the process group is killed too", .enabled(if: isRoot, "needs root"))
  func cgroup() async throws {
    let hierarchy = try CgroupHierarchies.discover().primary
    let name = String(directory.path.split(separator: "-").last ?? "x")
    let group = Cgroup(path: "/cni-tests-\(name)", in: [hierarchy])
    try group.create(enablingControllers: false)
    let invoker = ExecutablePluginInvoker(cgroup: group, timeout: .milliseconds(500))
    let response = try await run(
      "setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $! > \(directory.path)/child; sleep 1000", invoker: invoker)
    #expect(response.outcome == .timedOut(.milliseconds(500)) && response.leftover == nil)
    #expect(try group.processes().isEmpty)
    #expect(!isAlive(try directory.text("child")))
    // The group serves the DEL that follows.
    #expect(try await run("echo '{}'", invoker: invoker).outcome == .ended(.exited(0)))
    try group.remove()
  }

  @Test("A plugin's process is reaped at once, or left to whoever asked for that")
  func reaping() async throws {
    let left = Mutex<[ProcessHandle]>([])
    for script in ["echo '{}'", "exit 1", "sleep 1000"] {
      var invoker = ExecutablePluginInvoker(timeout: .milliseconds(500))
      invoker.leavesReaping = { handle in left.withLock { $0.append(handle) } }
      _ = try await run("echo $$ >\(directory.path)/pid; \(script)", invoker: invoker)
      let handle = try #require(left.withLock { $0.popLast() })
      let pid = handle.identity.pid
      #expect("\(pid)" == (try directory.text("pid").trimming))
      // A zombie until it is reaped.
      #expect(handle.hasExited && kill(pid, 0) == 0)
      #expect(handle.reap() != nil && kill(pid, 0) != 0)
    }
    _ = try await run("echo $$ >\(directory.path)/pid; echo '{}'")
    let pid = try #require(Int32(try directory.text("pid").trimming))
    #expect(kill(pid, 0) != 0)
  }

  @Test("The calling thread's signals are as they were, also after a plugin that closed its input early")
  func signals() async throws {
    try directory.script("plugin", "exec 0<&-; echo '{}'")
    let request = request("plugin", String(repeating: "x", count: 1 << 20))
    let (isBlocked, isPending) = await DedicatedThread.run { () -> (Bool, Bool) in
      let response = ExecutablePluginInvoker().invoke(request, cancellation: nil)
      var mask = sigset_t()
      var pending = sigset_t()
      pthread_sigmask(SIG_BLOCK, nil, &mask)
      sigpending(&pending)
      let isHeard = response.outcome == .ended(.exited(0))
      return (!isHeard || sigismember(&mask, SIGPIPE) == 1, sigismember(&pending, SIGPIPE) == 1)
    }
    #expect(!isBlocked && !isPending)
  }
}

extension String {
  fileprivate var trimming: String { String(prefix { !$0.isWhitespace }) }
}
