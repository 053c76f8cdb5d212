import CMnl
package import SystemPackage

/// What NLMSG_ERROR and NLMSG_DONE say: an errno, zero for success, and the kernel's words (NETLINK_EXT_ACK).
package struct Acknowledgement {
  package let errno: Errno?
  package let text: String?

  /// Reads an NLMSG_ERROR (struct nlmsgerr, then the request unless NLM_F_CAPPED, then attributes) or an NLMSG_DONE (an
  /// int, then attributes); nil when the message is too short to hold its errno or the errno is none.
  package init?(_ message: Message) {
    guard let status = message.fixed(Int32.self), status <= 0, status > -4096 else { return nil }
    errno = status == 0 ? nil : Errno(rawValue: -status)
    guard message.has(NLM_F_ACK_TLVS) else {
      text = nil
      return
    }
    var offset = MemoryLayout<Int32>.size
    if message.type == Int(NLMSG_ERROR), let error = message.fixed(nlmsgerr.self) {
      let echoed = message.has(NLM_F_CAPPED) ? 0 : Int(error.msg.nlmsg_len) - MemoryLayout<nlmsghdr>.size
      offset = MemoryLayout<nlmsgerr>.size + Swift.max(0, echoed)
    }
    text = message.attributes(from: offset).first { $0.type == Int(NLMSGERR_ATTR_MSG.rawValue) }?.string
  }
}
