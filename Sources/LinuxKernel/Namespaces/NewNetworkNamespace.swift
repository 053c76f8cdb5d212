/// A network namespace that is made and prepared ahead, on a thread of its own, for a pause to be started in.
///
/// Making one takes more than half of a pause's start; that time is won where there are other things to do meanwhile. It
/// goes away with this object, or this process, unless somebody else holds it by then.
public final class NewNetworkNamespace: Sendable {
  private let outcome = Handoff<Result<SharedDescriptor, any Error>>()

  /// Begins to make it, with nothing but a `lo` that is down, then runs the closure in it; waits for neither.
  ///
  /// Needs CAP_SYS_ADMIN; EAGAIN when there is no thread to spare.
  public init(_ prepare: @escaping @Sendable () throws -> Void) throws(KernelError) {
    try Failpoint.pass("netns.before")
    try DedicatedThread.start(name: "berth-netns", elsewhere: true) { [outcome] in
      outcome.give(
        Result {
          let namespace = SharedDescriptor(try NetworkNamespace.makeForThisThread())
          try Failpoint.pass("netns.middle")
          try prepare()
          return namespace
        })
    }
  }

  /// Waits until it is ready; throws why it could not be made, or what the closure threw.
  public func descriptor() throws -> SharedDescriptor { try outcome.take().get() }
}
