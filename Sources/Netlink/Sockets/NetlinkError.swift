public import SystemPackage

/// Why a request to the kernel's rtnetlink failed.
///
/// `description` says what was tried, on what, why it failed and, where there is one, what to do about it. A link that
/// is not there has a code of its own, because callers that take something away count it as success.
public struct NetlinkError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of failure that callers tell apart.
  public enum Code: Sendable, Hashable {
    /// The link named in the request does not exist (ENODEV).
    case linkNotFound
    /// What was to be added is there already (EEXIST).
    case alreadyExists
    /// What was to be taken away is not there (ESRCH, ENOENT, EADDRNOTAVAIL).
    case notFound
    /// The caller lacks CAP_NET_ADMIN in the user namespace of the network namespace (EPERM, EACCES).
    case permissionDenied
    /// An argument cannot be put into a request at all; the kernel was not asked.
    case invalidArgument
    /// The answer was not of the form that the kernel promises, or answered another request.
    case malformedReply
    /// A listing was interrupted by changes, or overran the socket, on each attempt.
    case interrupted
    /// Any other errno.
    case system
  }

  /// The kind of failure.
  public let code: Code
  /// The kernel's errno; EPROTO for `malformedReply`, EINVAL for `invalidArgument`.
  public let errno: Errno
  /// What was tried, for instance `set link up`.
  public let operation: String
  /// What it was tried on, for instance `eth0` or `link 7`.
  public let subject: String
  /// The kernel's own words (NETLINK_EXT_ACK), or the defect of an answer or argument.
  public let detail: String?

  /// Makes an error of an errno, whose code follows from it.
  public init(errno: Errno, operation: String, subject: String, detail: String? = nil) {
    self.init(Code(errno), errno: errno, operation: operation, subject: subject, detail: detail)
  }

  init(_ code: Code, errno: Errno, operation: String, subject: String, detail: String?) {
    self.code = code
    self.errno = errno
    self.operation = operation
    self.subject = subject
    self.detail = detail
  }

  /// What was tried, on what, why it failed, and what to do.
  public var description: String {
    var text = "\(operation) \(subject): \(errno) (errno \(errno.rawValue))"
    if let detail, !detail.isEmpty { text += ": \(detail)" }
    if let remedy { text += "; \(remedy)" }
    return text
  }

  private var remedy: String? {
    switch code {
    case .permissionDenied: "run with CAP_NET_ADMIN in this network namespace"
    case .interrupted: "the network configuration keeps changing, try again"
    default: nil
    }
  }
}

extension NetlinkError.Code {
  init(_ errno: Errno) {
    switch errno {
    case .operationNotSupportedByDevice: self = .linkNotFound
    case .fileExists: self = .alreadyExists
    case .noSuchProcess, .noSuchFileOrDirectory, .addressNotAvailable: self = .notFound
    case .notPermitted, .permissionDenied: self = .permissionDenied
    default: self = .system
    }
  }
}
