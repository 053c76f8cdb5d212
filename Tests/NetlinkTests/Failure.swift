import Netlink

/// The error a call ends with; nil when it succeeds or throws something else.
func failure(_ body: () throws -> Void) -> NetlinkError? {
  do {
    try body()
    return nil
  } catch {
    return error as? NetlinkError
  }
}
