import CLinux
import CSeccomp
import Glibc
import SystemPackage

/// The system calls pause may make, as the kernel's own program.
struct SeccompFilter: Sendable {
  /// `struct sock_filter`s of 8 bytes each.
  let instructions: [UInt64]

  /// What pause.c calls with any arguments. Anything else kills it.
  private static let allowed = [
    "close", "exit_group", "ppoll", "read", "rt_sigprocmask", "rt_sigtimedwait", "signalfd4", "wait4",
  ]

  /// A filter that also admits madvise(MADV_DONTNEED), and execveat with this one descriptor, which is pause's binary until
  /// its execution closes it.
  init(executing binary: CInt) throws(KernelError) {
    guard let context = seccomp_init(UInt32(SCMP_ACT_KILL_PROCESS)) else {
      throw KernelError(errno: .noMemory, operation: "create", subject: "seccomp filter")
    }
    defer { seccomp_release(context) }
    for name in Self.allowed { try Self.allow(name, [], in: context) }
    let isDontNeed = scmp_arg_cmp(arg: 2, op: SCMP_CMP_EQ, datum_a: UInt64(MADV_DONTNEED), datum_b: 0)
    try Self.allow("madvise", [isDontNeed], in: context)
    let isBinary = scmp_arg_cmp(arg: 0, op: SCMP_CMP_EQ, datum_a: UInt64(UInt32(bitPattern: binary)), datum_b: 0)
    try Self.allow("execveat", [isBinary], in: context)
    instructions = try Self.export(context)
  }

  private static func allow(_ name: String, _ conditions: [scmp_arg_cmp], in context: scmp_filter_ctx)
    throws(KernelError)
  {
    let result = seccomp_rule_add_array(
      context, UInt32(SCMP_ACT_ALLOW), seccomp_syscall_resolve_name(name), UInt32(conditions.count), conditions)
    try check(result, "allow \(name) in")
  }

  private static func export(_ context: scmp_filter_ctx) throws(KernelError) -> [UInt64] {
    let file = OwnedDescriptor(try retrying("create", "memory file") { clinux_memory_file("berth-seccomp") })
    try check(seccomp_export_bpf(context, file.raw), "export")
    let raw = file.raw
    try retrying("rewind", "memory file") { lseek(raw, 0, SEEK_SET) }
    let bytes = try file.readAll(limit: 1 << 20, subject: "seccomp filter")
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
