import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension RuntimeClient {
  /// Says for people why a call got no answer, and what to do.
  func explain(_ error: any Error, deadline: Duration?) -> ConnectError {
    switch error {
    case NoAnswer.inTime:
      return ConnectError(
        code: .deadlineExceeded,
        message:
          "no answer from \(endpoint) in time; berthd is busy or hangs, and a longer time is given with --timeout")
    case NoAnswer.cancelled, is CancellationError:
      return ConnectError(code: .canceled, message: "cancelled before \(endpoint) answered")
    case NoAnswer.connectionClosed:
      return unavailable("the connection was closed before the answer was complete; has berthd stopped?")
    case NoAnswer.tooLarge:
      return ConnectError(
        code: .resourceExhausted,
        message: "the answer of \(endpoint) is larger than \(Self.maximumAnswerSize >> 20) MiB")
    case let error as IOError:
      return explain(errno: error.errnoCode)
    case SocketAddressError.unixDomainSocketPathTooLong:
      return ConnectError(
        code: .invalidArgument, message: "the path of \(endpoint) is too long for a Unix socket (at most 107 bytes)")
    default:
      return unavailable("it does not speak HTTP as berthd does (\(error))")
    }
  }

  private func explain(errno code: CInt) -> ConnectError {
    let elsewhere = "another endpoint is chosen with --runtime-endpoint or BERTH_ENDPOINT"
    return switch code {
    case ENOENT: unavailable("there is no such socket; is berthd running? (\(elsewhere))")
    case ECONNREFUSED: unavailable("nobody listens there; berthd is not running (\(elsewhere))")
    case EACCES, EPERM:
      ConnectError(
        code: .permissionDenied,
        message: "cannot reach berthd at \(endpoint): permission denied; run as root or join the group berth")
    case EAGAIN: unavailable("too many connections are waiting there; try again")
    case EPIPE, ECONNRESET:
      unavailable("the connection was closed before the request was sent; is it too large, or has berthd stopped?")
    default: unavailable(String(cString: strerror(code)))
    }
  }

  private func unavailable(_ reason: String) -> ConnectError {
    ConnectError(code: .unavailable, message: "cannot reach berthd at \(endpoint): \(reason)")
  }
}
