import PodSandbox
import RuntimeAPI

extension ConnectError {
  /// Whatever a handler threw, as Connect says it.
  init(_ error: any Error) {
    switch error {
    case let error as ConnectError: self = error
    case let error as ProtoJSONError: self = error.connectError
    case let error as SandboxError: self.init(sandbox: error)
    case is CancellationError: self.init(code: .canceled, message: "the request was cancelled")
    default: self.init(code: .internal, message: "\(error)")
    }
  }
}
