import LinuxKernel

extension CNIError {
  /// What the kernel refused, as a failure of this library.
  init(_ error: KernelError, kind: Kind = .execution) {
    self.init(kind, code: Code.ioFailure, "\(error)")
  }

  /// Runs work of the kernel's own errors, which become errors of this library.
  static func translating<T>(
    _ kind: Kind = .execution, _ body: () throws(KernelError) -> T
  ) throws(CNIError) -> T {
    do {
      return try body()
    } catch {
      throw CNIError(error, kind: kind)
    }
  }
}
