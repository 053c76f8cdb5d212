import CNI
import Glibc
import LinuxKernel

/// One call of a plugin under adversity; blocks the thread.
struct AdverseExecution {
  private let request: Request
  private let adversity: Adversity
  private let start = SuspendingClock.now
  private let deadline: SuspendingClock.Instant
  private var input: CInt?
  private var output: CInt?
  private var errors: CInt?
  private var written = 0
  private var outputBytes: [UInt8] = []
  private var errorBytes: [UInt8] = []
  private var isSignalled = false

  /// Calls the plugin and waits for its end.
  static func call(_ request: Request, _ adversity: Adversity, timeout: Duration) -> Call {
    var execution = AdverseExecution(request, adversity, timeout: timeout)
    let response = execution.run()
    return Call(request: request, response: response, duration: execution.start.duration(to: .now))
  }

  private init(_ request: Request, _ adversity: Adversity, timeout: Duration) {
    self.request = request
    self.adversity = adversity
    deadline = .now + timeout
  }

  private mutating func run() -> PluginResponse {
    let process: HostProcess
    do throws(KernelError) {
      process = try spawn()
    } catch {
      return PluginResponse(.notStarted("could not start the plugin: \(error)"))
    }
    defer {
      hangUp()
      if process.process.hasExited { process.process.reap() }
    }
    let outcome = converse(process)
    // What it left behind may hold the pipes open; it has no say any more.
    if case .ended(let exit) = outcome, exit.isSuccess {} else { try? process.signalGroup(SIGKILL) }
    takeRest()
    return PluginResponse(outcome, stdout: outputBytes, stderr: String(decoding: errorBytes, as: UTF8.self))
  }

  private mutating func spawn() throws(KernelError) -> HostProcess {
    let stdin = try Pipe(nonBlocking: .write)
    let stdout = try Pipe(nonBlocking: .read)
    let stderr = try Pipe(nonBlocking: .read)
    let full = try Self.full()
    // The reading ends that are not to be there must be gone before the plugin begins.
    let inputRaw = fcntl(stdin.read.raw, F_DUPFD_CLOEXEC, 0)
    let outputRaw = adversity.output == .full ? full.raw : fcntl(stdout.write.raw, F_DUPFD_CLOEXEC, 0)
    let errorsRaw = adversity.errors == .full ? full.raw : fcntl(stderr.write.raw, F_DUPFD_CLOEXEC, 0)
    let isFull = (adversity.output == .full, adversity.errors == .full)
    let inputEnd = stdin.takeWrite()
    let outputEnd = stdout.takeRead()
    let errorsEnd = stderr.takeRead()
    input = adversity.isInputEmpty ? nil : inputEnd.release()
    output = adversity.output == .read || adversity.output == .unread ? outputEnd.release() : nil
    errors = adversity.errors == .read || adversity.errors == .unread ? errorsEnd.release() : nil
    defer {
      close(inputRaw)
      if !isFull.0 { close(outputRaw) }
      if !isFull.1 { close(errorsRaw) }
    }
    let process = try HostProcess.spawn(
      executable: request.executable, arguments: [request.executable],
      environment: ["PATH=\(Trial.path)"] + request.environment.map { "\($0.key)=\($0.value)" },
      standardInput: inputRaw, standardOutput: outputRaw, standardError: errorsRaw)
    guard let files = adversity.openFiles else { return process }
    // It has not got its configuration yet; a limit set before would keep it from being started at all.
    do throws(KernelError) {
      try process.process.limitOpenFiles(files)
    } catch {
      try? process.signalGroup(SIGKILL)
      throw error
    }
    return process
  }

  private static func full() throws(KernelError) -> OwnedDescriptor {
    let raw = open("/dev/full", O_WRONLY | O_CLOEXEC)
    guard raw >= 0 else { throw KernelError.failed("open", "/dev/full") }
    return OwnedDescriptor(raw)
  }

  private mutating func converse(_ process: HostProcess) -> PluginResponse.Outcome {
    while true {
      let ready = Poll.wait(
        for: [
          (process.process.pidfd, POLLIN), (input, POLLOUT),
          (adversity.output == .unread ? nil : output, POLLIN), (adversity.errors == .unread ? nil : errors, POLLIN),
        ], until: nextMoment)
      if ready[1] { write() }
      if ready[2] { Self.take(&output, &outputBytes) }
      if ready[3] { Self.take(&errors, &errorBytes) }
      if ready[0] {
        guard let exit = try? process.exitStatus() else { return .failed("it cannot be waited for") }
        return .ended(exit)
      }
      let now = SuspendingClock.now
      if let signal = adversity.signal, !isSignalled, start + signal.after <= now {
        isSignalled = true
        try? process.signalGroup(signal.number)
      }
      if let after = adversity.callerGoneAfter, start + after <= now { hangUp() }
      if deadline <= now { return .timedOut(start.duration(to: deadline)) }
    }
  }

  private var nextMoment: SuspendingClock.Instant {
    var moments = [deadline]
    if let signal = adversity.signal, !isSignalled { moments.append(start + signal.after) }
    let isThere = input != nil || output != nil || errors != nil
    if let after = adversity.callerGoneAfter, isThere { moments.append(start + after) }
    return moments.min() ?? deadline
  }

  private mutating func write() {
    guard let input else { return }
    let bytes = request.standardInput[written...]
    let count = bytes.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
    if count > 0 { written += count }
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    guard count < 0 || written == request.standardInput.count else { return }
    close(input)
    self.input = nil
  }

  /// Reads once, and closes at the end.
  private static func take(_ descriptor: inout CInt?, _ bytes: inout [UInt8]) {
    guard let raw = descriptor else { return }
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    let count = read(raw, &chunk, chunk.count)
    if count > 0 {
      bytes += chunk[..<min(count, max(0, (1 << 20) - bytes.count))]
    } else if count == 0 || errno != EAGAIN && errno != EINTR {
      close(raw)
      descriptor = nil
    }
  }

  /// What is in the pipes once the plugin has ended.
  private mutating func takeRest() {
    for _ in 0..<64 {
      let before = outputBytes.count + errorBytes.count
      Self.take(&output, &outputBytes)
      Self.take(&errors, &errorBytes)
      if outputBytes.count + errorBytes.count == before { return }
    }
  }

  private mutating func hangUp() {
    for descriptor in [input, output, errors] { if let descriptor { close(descriptor) } }
    (input, output, errors) = (nil, nil, nil)
  }
}
