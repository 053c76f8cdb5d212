import Glibc
import LinuxKernel

/// One call over UDP, both ends of it in one loop: a greeting, said again until it is answered.
struct DatagramMeeting {
  let caller: Socket
  let server: Server
  let target: Endpoint
  let deadline: SuspendingClock.Instant
  private let greeting: [UInt8]
  private var seenFrom: Endpoint?
  /// How long one greeting is waited for: the first one may be lost while a neighbour is looked for.
  private static let interval: Duration = .milliseconds(250)

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
    // What is connected hears of what routers refuse.
    let code = caller.connect(to: target)
    guard code == 0 else { return .failed(code) }
    while SuspendingClock.now < deadline {
      // What was refused before is told by the next call, whatever that is.
      if case .failed(let code) = caller.send(greeting), code != ECONNREFUSED { return .failed(code) }
      let round = min(deadline, .now + Self.interval)
      while SuspendingClock.now < round {
        let ready = Poll.wait(for: [(caller.raw, POLLIN), (server.socket.raw, POLLIN)], until: round)
        if ready[1] { serve() }
        if ready[0], let meeting = hear() { return meeting }
      }
    }
    return .failed(seenFrom == nil ? "nothing came to the server in time" : "the server heard it, its answer got lost")
  }

  private func hear() -> Meeting? {
    switch caller.receive().0 {
    case .bytes(greeting): return seenFrom.map { .answered(seenFrom: $0) } ?? .failed("another server answered")
    case .failed(let code): return .failed(code)
    // An answer to what was said earlier.
    case .bytes, .later, .end: return nil
    }
  }

  private mutating func serve() {
    guard case (.bytes(let bytes), let sender?) = server.socket.receive(), bytes == greeting else { return }
    seenFrom = sender
    _ = server.socket.send(bytes, to: sender)
  }
}
