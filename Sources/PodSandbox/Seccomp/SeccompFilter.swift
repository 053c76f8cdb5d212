import CSeccomp
import Glibc
import LinuxKernel
import SystemPackage

/// The system calls that pause may make once it has become what it shall be, as the kernel's own program.
struct SeccompFilter: Sendable {
  /// `struct sock_filter`s of 8 bytes each.
  let instructions: [UInt64]

  /// What pause.c calls with any arguments. Anything else kills it.
  private static let allowed = ["close", "exit_group", "ppoll", "read", "rt_sigtimedwait", "wait4"]

  /// A filter that also admits madvise(MADV_DONTNEED), and sendto on pause's socket, for its one answer.
  init() throws(KernelError) {
    guard let context = seccomp_init(UInt32(SCMP_ACT_KILL_PROCESS)) else {
      throw KernelError(errno: .noMemory, operation: "create", subject: "seccomp filter")
    }
    defer { seccomp_release(context) }
    for name in Self.allowed { try Self.allow(name, nil, in: context) }
    try Self.allow("madvise", Self.isEqual(argument: 2, UInt64(MADV_DONTNEED)), in: context)
    try Self.allow("sendto", Self.isEqual(argument: 0, UInt64(PauseSpecification.socket)), in: context)
    instructions = try Self.export(context)
  }

  private static func isEqual(argument: UInt32, _ value: UInt64) -> scmp_arg_cmp {
    scmp_arg_cmp(arg: argument, op: SCMP_CMP_EQ, datum_a: value, datum_b: 0)
  }

  private static func allow(_ name: String, _ condition: scmp_arg_cmp?, in context: scmp_filter_ctx) throws(KernelError)
  {
    let conditions = condition.map { [$0] } ?? []
    let result = seccomp_rule_add_array(
      context, UInt32(SCMP_ACT_ALLOW), seccomp_syscall_resolve_name(name), UInt32(conditions.count), conditions)
    try check(result, "allow \(name) in")
  }

  private static func export(_ context: scmp_filter_ctx) throws(KernelError) -> [UInt64] {
    // libseccomp writes to descriptors only; the program is far smaller than what a pipe holds.
    let pipe = try Pipe(nonBlocking: .write)
    try check(seccomp_export_bpf(context, pipe.write.raw), "export")
    let bytes = try pipe.takeRead().readAll(limit: 64 << 10, subject: "seccomp filter")
    return bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
    }
  }

  /// libseccomp returns negative error numbers.
  private static func check(_ result: CInt, _ operation: String) throws(KernelError) {
    guard result < 0 else { return }
    throw KernelError(errno: Errno(rawValue: -result), operation: operation, subject: "seccomp filter")
  }
}
