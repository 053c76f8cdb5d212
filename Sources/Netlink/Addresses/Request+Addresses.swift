import CMnl
import LinuxKernel

extension Request {
  /// RTM_GETADDR of both families; kernels since 4.20 leave other links' addresses out.
  static func listAddresses(link: Int32) -> Request {
    var request = Request("list addresses", "of link \(link)", type: Int(RTM_GETADDR), flags: NLM_F_DUMP)
    var header = ifaddrmsg()
    header.ifa_index = UInt32(bitPattern: link)
    request.putFixed(header)
    return request
  }
}
