import Glibc
import LinuxKernel

/// One call over TCP, both ends of it in one loop: connect, accept, a greeting there and back.
struct StreamMeeting {
  let caller: Socket
  let server: Server
  let target: Endpoint
  let deadline: SuspendingClock.Instant
  private let greeting: [UInt8]
  private var accepted: (socket: Socket, peer: Endpoint)?
  private var isConnected = false
  private var heard: [UInt8] = []
  private var answered: [UInt8] = []

  init(
    caller: Socket, server: Server, target: Endpoint, greeting: [UInt8], deadline: SuspendingClock.Instant
  ) {
    self.caller = caller
    self.server = server
    self.target = target
    self.greeting = greeting
    self.deadline = deadline
  }

  consuming func run() -> Meeting {
    let code = caller.connect(to: target)
    guard code == 0 else { return .failed(code) }
    while true {
      let ready = Poll.wait(
        for: [
          (caller.raw, isConnected ? POLLIN : POLLOUT), (accepted == nil ? server.socket.raw : nil, POLLIN),
          (accepted?.socket.raw, POLLIN),
        ], until: deadline)
      guard ready.contains(true) else { return .failed(silence) }
      if ready[1], let connection = server.socket.accept() { accepted = connection }
      if ready[2], let failure = serve() { return .failed(failure) }
      if ready[0], let meeting = call() { return meeting }
    }
  }

  /// The caller's side has something to do; what came of the call if it is over.
  private mutating func call() -> Meeting? {
    guard isConnected else {
      let code = caller.takeError()
      guard code == 0 else { return .failed(code) }
      isConnected = true
      if case .failed(let code) = caller.send(greeting) { return .failed(code) }
      return nil
    }
    switch caller.receive().0 {
    case .bytes(let bytes): answered += bytes
    case .end: return .failed("the connection was closed before the answer came")
    case .failed(let code): return .failed(code)
    case .later: return nil
    }
    guard answered.count >= greeting.count else { return nil }
    guard answered == greeting, let accepted else { return .failed("another server answered") }
    return .answered(seenFrom: accepted.peer)
  }

  /// The server's side has something to do; why that failed.
  private mutating func serve() -> String? {
    guard let accepted else { return nil }
    switch accepted.socket.receive().0 {
    case .bytes(let bytes):
      heard += bytes
      guard heard.count >= greeting.count else { return nil }
      if case .failed(let code) = accepted.socket.send(heard) { return Meeting.failed(code).failure }
      return nil
    case .end: return "the server saw the connection closed before the greeting came"
    case .failed(let code): return Meeting.failed(code).failure
    case .later: return nil
    }
  }

  private var silence: String {
    if !isConnected { return "no connection in time" }
    return accepted == nil ? "connected to something, but the server saw no connection" : "no answer in time"
  }
}
