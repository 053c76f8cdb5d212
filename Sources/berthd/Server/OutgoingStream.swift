import RuntimeAPI

/// One call's stream of messages, until its source ends, the client goes, its deadline passes or the daemon ends.
///
/// It holds the admission until `end()`. A client that falls 1024 messages behind loses the oldest.
final class OutgoingStream: Sendable {
  /// What the bodies of a stream are ("Streaming-Content-Type" of the Connect protocol).
  static let contentType = "application/connect+json"
  private static let bufferSize = 1024

  /// The messages' JSON.
  let messages: AsyncStream<[UInt8]>
  private let pumping: Task<Void, Never>
  private let alarm: Task<Void, Never>?
  private let call: CallContext
  private let admission: Admission
  private let gate: AdmissionGate

  /// Begins the stream.
  ///
  /// - Throws: `invalid_argument` when the body is not one message in its envelope; what the source throws.
  init(_ source: Route.Source, body: [UInt8], call: CallContext, admission: Admission, gate: AdmissionGate) throws {
    let pump = try source(try Self.message(in: body), call)
    let (messages, continuation) = AsyncStream<[UInt8]>.makeStream(bufferingPolicy: .bufferingNewest(Self.bufferSize))
    let pumping = Task {
      await pump { continuation.yield($0) }
      continuation.finish()
    }
    self.messages = messages
    self.pumping = pumping
    (self.call, self.admission, self.gate) = (call, admission, gate)
    alarm = call.deadline.map { deadline in
      Task {
        do { try await Task.sleep(until: deadline, clock: .suspending) } catch { return }
        pumping.cancel()
      }
    }
    admission.whenCancelled { pumping.cancel() }
  }

  /// Lets the stream end after the messages that are there.
  func cancel() { pumping.cancel() }

  /// The stream is over: nothing of it goes on.
  func end() {
    pumping.cancel()
    alarm?.cancel()
    admission.release()
  }

  /// Why the messages ended, unless their source just had no more.
  var error: ConnectError? {
    if let deadline = call.deadline, deadline <= .now {
      return ConnectError(code: .deadlineExceeded, message: "the deadline passed")
    }
    return gate.isDraining
      ? ConnectError(code: .unavailable, message: "berthd is shutting down; try again once it runs again") : nil
  }

  private static func message(in body: [UInt8]) throws(ConnectError) -> [UInt8] {
    guard let (envelope, length) = Envelope.read(body), length == body.count else {
      throw ConnectError(
        code: .invalidArgument,
        message: "the body is not one message with its length before it (5 bytes: 0, and 32 bits, big end first)")
    }
    guard envelope.flags.isEmpty else {
      throw ConnectError(
        code: .invalidArgument, message: "the message is compressed or ends a stream; send it as it is")
    }
    return envelope.message
  }
}
