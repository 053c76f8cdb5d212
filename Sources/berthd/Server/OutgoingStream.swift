import NIOCore
import RuntimeAPI
import Synchronization

/// One call's stream of messages, until its source ends, the client goes, its deadline passes or the daemon ends.
///
/// Each message is taken from the source when the one before is on its way, so no more than one waits here.
final class OutgoingStream: Sendable {
  private let call: CallContext
  private let gate: AdmissionGate
  private let channel: any Channel
  private let task = Mutex<Task<Void, Never>?>(nil)

  /// How long a stream that is to end has until its connection is closed: its client may not read.
  private static let lastWord = TimeAmount.seconds(1)

  init(_ call: CallContext, _ gate: AdmissionGate, _ channel: any Channel) {
    self.call = call
    self.gate = gate
    self.channel = channel
  }

  /// Begins the stream.
  ///
  /// - Parameters:
  ///   - write: Sends a message in its envelope; throws when the client is gone.
  ///   - done: Called with why it ended, unless its source just had no more.
  func begin(
    _ pump: @escaping Route.Pump, _ admission: Admission, on executor: EventLoopExecutor,
    write: @escaping @Sendable ([UInt8]) async throws -> Void, done: @escaping @Sendable (ConnectError?) -> Void
  ) {
    let task = Task(executorPreference: executor) {
      let failure: ConnectError?
      do {
        try await pump(write)
        failure = self.reason
      } catch {
        failure = self.reason ?? ConnectError(error)
      }
      admission.release()
      done(failure)
    }
    self.task.withLock { $0 = task }
    admission.whenCancelled { self.end() }
    if let deadline = call.deadline {
      channel.eventLoop.scheduleTask(in: TimeAmount(deadline - .now)) { [weak self] in self?.end() }
    }
  }

  /// The client is gone.
  func abandon() { task.withLock { $0 }?.cancel() }

  /// Lets the stream end after the message that is on its way, or with its connection.
  private func end() {
    abandon()
    channel.eventLoop.scheduleTask(in: Self.lastWord) { [weak self] in self?.channel.close(promise: nil) }
  }

  private var reason: ConnectError? {
    if let deadline = call.deadline, deadline <= .now {
      return ConnectError(code: .deadlineExceeded, message: "the deadline passed")
    }
    return gate.isDraining ? .shuttingDown : nil
  }
}
