import JSON
import RuntimeAPI

/// A command's way to the daemon.
struct Session: Sendable {
  /// How long calls may take.
  enum Pace {
    /// Calls that only look: the timeout, 2 s unless something else is said.
    case quick
    /// Calls that do something: no limit but the one asked for.
    case long(TimeSpan?)
  }

  let client: RuntimeClient
  let settings: ClientSettings
  let surroundings: Surroundings
  /// When the time of the command line's timeout is over.
  private var end: ContinuousClock.Instant?

  init(_ options: GlobalOptions) throws(CommandFailure.Reason) {
    surroundings = .current
    settings = try ClientSettings(options, environment: surroundings.environment)
    client = RuntimeClient(endpoint: settings.endpoint)
    end = settings.explicitTimeout.map { .now + $0 }
  }

  var console: Console { surroundings.console }

  /// The same without an end: for a command that watches over its time by itself.
  var untimed: Session {
    var session = self
    session.end = nil
    return session
  }

  /// Calls a method; an error of the API becomes a failure with all its facts.
  func call<Request, Response>(
    _ rpc: RPC<Request, Response>, _ request: Request, _ pace: Pace = .quick
  ) async throws(CommandFailure.Reason) -> Response {
    try await reply(to: rpc, request, pace).message
  }

  /// Calls a method as `call` does; gives the runtime's warnings too.
  func reply<Request, Response>(
    to rpc: RPC<Request, Response>, _ request: Request, _ pace: Pace = .quick
  ) async throws(CommandFailure.Reason) -> Reply<Response> {
    let started = surroundings.now()
    debug { "\(settings.endpoint) \(rpc.path) \(ProtoJSONEncoder().json(request).text())" }
    do {
      let (deadline, patience) = limits(pace)
      let reply = try await client.reply(to: rpc, request, deadline: deadline, patience: patience)
      debug { "\(elapsed(since: started)): \(ProtoJSONEncoder().json(reply.message).text())" }
      return reply
    } catch {
      debug { "\(elapsed(since: started)): \(error.json.text())" }
      throw CommandFailure.Reason(error)
    }
  }

  func warn(_ command: String, _ text: String) {
    console.error("berthctl: \(command): warning: \(text.sanitised)")
  }

  /// How long the daemon may take, and how long its answer is waited for after that.
  private func limits(_ pace: Pace) -> (deadline: Duration?, patience: Duration) {
    if let end {
      let left = max(.zero, ContinuousClock.now.duration(to: end))
      guard case .long(let asked?) = pace, asked.duration < left else { return (left, .zero) }
      return (asked.duration, left - asked.duration)
    }
    return switch pace {
    case .quick: (settings.timeout, .milliseconds(250))
    // An operation that is cut short cleans up first, and says what it had to leave.
    case .long(let asked): (asked?.duration, .seconds(90))
    }
  }

  private func elapsed(since started: Int64) -> String { HumanDuration.precise(surroundings.now() - started) }

  private func debug(_ text: () -> String) {
    if settings.debug { console.error("berthctl: debug: \(text().sanitised)") }
  }
}
