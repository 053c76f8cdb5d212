/// Why an operation on a sandbox failed, for the person and for the program that asked.
public struct SandboxError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure, named as Connect and gRPC name them.
  public enum Code: String, Sendable, Hashable, Codable {
    /// The caller went away.
    case cancelled
    /// The request is wrong in itself.
    case invalidArgument
    /// The caller's deadline passed.
    case deadlineExceeded
    /// No such sandbox.
    case notFound
    /// The name is taken.
    case alreadyExists
    /// A limit of the daemon or the host was met.
    case resourceExhausted
    /// The host or the sandbox is not in a state that allows it.
    case failedPrecondition
    /// Known to CRI, not done here.
    case unimplemented
    /// The step failed: kernel, plugin or disk said no.
    case `internal`
    /// What was asked for is gone for good.
    case dataLoss
    /// Not now: starting or shutting down, or no network is configured.
    case unavailable
  }

  /// The kind of failure.
  public let code: Code
  /// What was tried, on what, why it failed and what to do.
  public let message: String
  /// The sandbox concerned, so that its trace can be asked for.
  public let sandboxID: String?
  /// What was undone and what is left, newest step first; empty when nothing had begun.
  public let undo: [StepReport]

  /// An error about `sandboxID`, or about the request alone.
  public init(_ code: Code, _ message: String, sandboxID: String? = nil, undo: [StepReport] = []) {
    self.code = code
    self.message = message
    self.sandboxID = sandboxID
    self.undo = undo
  }

  /// The message.
  public var description: String { message }
}
