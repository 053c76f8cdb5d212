import CMnl
import LinuxKernel

extension Request {
  /// RTM_GETLINK of everything.
  static func listLinks() -> Request {
    var request = Request("list links", "of the namespace", type: Int(RTM_GETLINK), flags: NLM_F_DUMP)
    request.putFixed(ifinfomsg())
    return request
  }

  /// RTM_GETLINK of one link.
  static func getLink(_ target: LinkTarget) -> Request {
    var request = Request("look up link", target.description, type: Int(RTM_GETLINK), flags: 0)
    request.putTarget(target)
    return request
  }

  mutating func putTarget(_ target: LinkTarget) {
    var header = ifinfomsg()
    switch target {
    case .index(let index):
      header.ifi_index = index
      putFixed(header)
    case .name(let name):
      putFixed(header)
      put(Int(IFLA_IFNAME), name)
    }
  }
}

/// How a request names a link.
enum LinkTarget: CustomStringConvertible {
  case index(Int32)
  case name(String)

  var description: String {
    switch self {
    case .index(let index): "link \(index)"
    case .name(let name): name
    }
  }
}
