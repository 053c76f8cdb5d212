/// What tells one boot of the machine from another.
public enum BootID {
  /// The kernel's random identifier of this boot, as `/proc/sys/kernel/random/boot_id` spells it.
  public static func current() throws(KernelError) -> String {
    let bytes = try DurableFile.read("/proc/sys/kernel/random/boot_id", limit: 256)
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
