import Glibc
import LinuxKernel
import SystemPackage

/// One plugin process from its start to its end; blocks the calling thread.
struct PluginExecution: ~Copyable {
  private let invoker: ExecutablePluginInvoker
  private let cancellation: Cancellation?
  private let deadline: SuspendingClock.Instant
  private let process: HostProcess
  private var input: PluginInput
  private var output: PluginOutput
  private var errors: PluginOutput

  /// Starts the plugin.
  init(
    _ request: PluginRequest, invoker: ExecutablePluginInvoker, cancellation: Cancellation?,
    deadline: SuspendingClock.Instant
  ) throws(KernelError) {
    let stdin = try Pipe(nonBlocking: .write)
    let stdout = try Pipe(nonBlocking: .read)
    let stderr = try Pipe(nonBlocking: .read)
    let process = try HostProcess.spawn(
      executable: request.executable, arguments: [request.executable], environment: invoker.variables(request),
      standardInput: stdin.read.raw, standardOutput: stdout.write.raw, standardError: stderr.write.raw,
      cgroup: invoker.cgroup, openFilesLimit: invoker.openFilesLimit, staysWithCaller: invoker.staysWithCaller)
    self.invoker = invoker
    self.cancellation = cancellation
    self.deadline = deadline
    self.process = process
    input = PluginInput(stdin.takeWrite(), request.configuration)
    output = PluginOutput(stdout.takeRead(), limit: invoker.maximumOutput, keepsTail: false)
    errors = PluginOutput(stderr.takeRead(), limit: CNIBounds.standardError, keepsTail: true)
  }

  /// Talks to the plugin until it has ended and closed its pipes, or something goes wrong; kills what is left in that case.
  mutating func run() -> PluginResponse {
    invoker.meanwhile?()
    defer { leaveToReap() }
    let brokenPipe = BrokenPipeSignal()
    let outcome = converse()
    brokenPipe.restore()
    if case .ended(let exit) = outcome, exit.isSuccess { return response(outcome, leftover: nil) }
    let leftover = kill()
    output.drain()
    errors.drain()
    return response(outcome, leftover: leftover)
  }

  private mutating func response(_ outcome: PluginResponse.Outcome, leftover: String?) -> PluginResponse {
    PluginResponse(outcome, stdout: output.bytes, stderr: errors.text, leftover: leftover)
  }

  private mutating func converse() -> PluginResponse.Outcome {
    var graceEnd: SuspendingClock.Instant?
    while true {
      let ready = Poll.wait(
        for: [
          (output.descriptor, POLLIN), (errors.descriptor, POLLIN), (input.descriptor, POLLOUT),
          (graceEnd == nil ? process.process.pidfd : nil, POLLIN), (cancellation?.raw, POLLIN),
        ], until: graceEnd ?? deadline)
      if ready[4] { return .cancelled }
      if ready[0] { output.read() }
      if ready[1] { errors.read() }
      if ready[2] { input.write() }
      if ready[3] { graceEnd = .now + invoker.pipeGrace }
      if output.overflowed { return .failed("the plugin printed more than \(invoker.maximumOutput) bytes") }
      // After every round, not only idle ones: a plugin may chatter without end.
      if let graceEnd {
        if output.isAtEnd, errors.isAtEnd { return ended() }
        if graceEnd <= .now { return ProcessGroup(leader: process).leaderSucceeded ? .failed(heldOpen()) : ended() }
      } else if deadline <= .now {
        return .timedOut(invoker.timeout)
      }
    }
  }

  private func heldOpen() -> String {
    let pipe = output.isAtEnd ? "standard error" : "standard output"
    return "the plugin has ended, but a process that it left behind held its \(pipe) open for \(invoker.pipeGrace)"
  }

  private func ended() -> PluginResponse.Outcome {
    do {
      if invoker.cgroup == nil { try ProcessGroup(leader: process).killUnlessSuccessful() }
      return .ended(try process.exitStatus())
    } catch {
      return .failed("\(error)")
    }
  }

  /// The process is reaped now, or whenever the invoker's owner likes; one that could not be ended is left to its handle.
  private func leaveToReap() {
    guard process.process.hasExited else { return }
    guard let leavesReaping = invoker.leavesReaping else {
      process.process.reap()
      return
    }
    leavesReaping(process.process)
  }

  /// Kills everything that the plugin started and waits for its end; says what could not be killed.
  private func kill() -> String? {
    let end = SuspendingClock.now + invoker.killTimeout
    do {
      if let cgroup = invoker.cgroup {
        try cgroup.renew(until: end)
        _ = try process.exitStatus()
        return nil
      }
      return try ProcessGroup(leader: process).kill(until: end)
    } catch {
      return "processes of the plugin may be left: \(error)"
    }
  }
}
