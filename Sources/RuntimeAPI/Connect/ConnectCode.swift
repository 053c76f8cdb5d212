/// An error code of the Connect protocol (the section "Error codes" of its specification).
public enum ConnectCode: String, Sendable, Hashable, CaseIterable {
  /// The caller cancelled the call.
  case canceled
  /// An error nobody knows more about.
  case unknown
  /// The request is wrong whatever state the runtime is in.
  case invalidArgument = "invalid_argument"
  /// The deadline passed.
  case deadlineExceeded = "deadline_exceeded"
  /// What was asked for is not there.
  case notFound = "not_found"
  /// What was to be made is there already.
  case alreadyExists = "already_exists"
  /// The caller may not do this.
  case permissionDenied = "permission_denied"
  /// A limit is reached.
  case resourceExhausted = "resource_exhausted"
  /// The runtime is not in a state for this.
  case failedPrecondition = "failed_precondition"
  /// The operation was ended because of another one.
  case aborted
  /// A number is out of its range.
  case outOfRange = "out_of_range"
  /// There is no such method.
  case unimplemented
  /// The runtime itself is at fault.
  case `internal`
  /// The runtime cannot answer now; trying again may help.
  case unavailable
  /// Data is lost for good.
  case dataLoss = "data_loss"
  /// The caller has not said who it is.
  case unauthenticated

  /// The HTTP status an error of this code is sent with.
  public var httpStatus: Int {
    switch self {
    case .canceled: 499
    case .invalidArgument, .failedPrecondition, .outOfRange: 400
    case .unauthenticated: 401
    case .permissionDenied: 403
    case .notFound: 404
    case .alreadyExists, .aborted: 409
    case .resourceExhausted: 429
    case .unimplemented: 501
    case .unavailable: 503
    case .deadlineExceeded: 504
    case .unknown, .internal, .dataLoss: 500
    }
  }

  /// The code a client infers from an HTTP status whose body is no Connect error ("HTTP to Error Code").
  public init(httpStatus: Int) {
    switch httpStatus {
    case 400: self = .internal
    case 401: self = .unauthenticated
    case 403: self = .permissionDenied
    case 404: self = .unimplemented
    case 429, 502, 503, 504: self = .unavailable
    default: self = .unknown
    }
  }
}
