import NIOHTTP1
import RuntimeAPI

/// A request that is arriving: its head, what that has led to, and as much of its body as there is.
struct Arrival {
  let head: HTTPRequestHead
  let call: CallContext
  let target: ConnectServer.Target
  var body: [UInt8] = []

  /// What the log calls it.
  var entry: AccessLog.Entry {
    switch target {
    case .route(let route, _): AccessLog.Entry(method: route.method, isReadOnly: route.traits.contains(.readOnly))
    case .page, .nothing: AccessLog.Entry(path: "\(head.method.rawValue) \(head.path)")
    }
  }
}
