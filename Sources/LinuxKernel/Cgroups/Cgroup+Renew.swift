extension Cgroup {
  /// Kills every process in the group, as ``kill(until:)`` does, and makes the group anew, so that others can be born into it.
  ///
  /// A group that `cgroup.kill` was written to once is of no more use: on Linux 6.18 every process that clone3 puts into it
  /// (CLONE_INTO_CGROUP) is killed at birth. An absent group is made. Blocks the thread.
  public func renew(until deadline: SuspendingClock.Instant) throws(KernelError) {
    try kill(until: deadline)
    try remove()
    try create(enablingControllers: false)
  }
}
