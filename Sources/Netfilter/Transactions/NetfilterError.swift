import Netlink
public import SystemPackage

/// Why a transaction or a listing failed.
///
/// `description` names what failed in nft's words, and why, for instance
/// `create element inet berth ports4 { tcp . 80 : 10.0.0.2 . 80 }: File exists (errno 17)`.
public struct NetfilterError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of failure that callers tell apart.
  public enum Code: Sendable, Hashable {
    /// What was to be made is there already (EEXIST).
    case alreadyExists
    /// What was to be deleted, or what a command refers to, is not there (ENOENT).
    case notFound
    /// What was to be deleted is in use (EBUSY).
    case busy
    /// The caller lacks CAP_NET_ADMIN in the user namespace of the network namespace (EPERM, EACCES).
    case permissionDenied
    /// A command cannot be meant; the kernel was not asked.
    case invalidArgument
    /// The ruleset no longer has the generation that the transaction asked for (ERESTART).
    case changedMeanwhile
    /// The answer was not of the form that the kernel promises, or answered something else.
    case malformedReply
    /// A listing was interrupted by changes on each attempt.
    case interrupted
    /// Any other errno.
    case system
  }

  /// The kind of failure.
  public let code: Code
  /// The kernel's errno; EPROTO for `malformedReply`, EINVAL for `invalidArgument`.
  public let errno: Errno
  /// What failed, in nft's words.
  public let command: String
  /// The command's place in its transaction; nil when it is not one command that failed.
  public let index: Int?
  /// The kernel's own words, or the defect of an answer or command.
  public let detail: String?

  init(_ code: Code? = nil, errno: Errno, command: String, index: Int? = nil, detail: String? = nil) {
    self.code = code ?? Code(errno)
    self.errno = errno
    self.command = command
    self.index = index
    self.detail = detail
  }

  /// What failed, why, and what to do.
  public var description: String {
    var text = "\(command): \(errno) (errno \(errno.rawValue))"
    if let detail, !detail.isEmpty { text += ": \(detail)" }
    if let remedy { text += "; \(remedy)" }
    return text
  }

  private var remedy: String? {
    switch code {
    case .permissionDenied: "run with CAP_NET_ADMIN in this network namespace"
    case .changedMeanwhile: "the ruleset was changed meanwhile, look at it and try again"
    case .interrupted: "the ruleset keeps changing, try again"
    default: nil
    }
  }
}

extension NetfilterError.Code {
  /// ERESTART, which no C library names.
  static let restart = Errno(rawValue: 85)

  init(_ errno: Errno) {
    switch errno {
    case .fileExists: self = .alreadyExists
    case .noSuchFileOrDirectory: self = .notFound
    case .resourceBusy: self = .busy
    case .notPermitted, .permissionDenied: self = .permissionDenied
    case Self.restart: self = .changedMeanwhile
    default: self = .system
    }
  }
}

extension NetfilterError {
  /// What a listing's request failed with.
  init(_ error: NetlinkError) {
    let code: Code? =
      switch error.code {
      case .malformedReply: .malformedReply
      case .interrupted: .interrupted
      default: nil
      }
    self.init(code, errno: error.errno, command: "\(error.operation) \(error.subject)", detail: error.detail)
  }
}
