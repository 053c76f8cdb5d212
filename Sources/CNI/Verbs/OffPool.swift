import LinuxKernel

/// Runs blocking work away from the cooperative pool.
func offPool<T: Sendable>(_ body: @escaping @Sendable () throws(CNIError) -> T) async throws(CNIError) -> T {
  try await DedicatedThread.run(name: "berth-cni-files", body)
}

/// Runs blocking work that cannot fail away from the cooperative pool.
func offPool<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
  await DedicatedThread.run(name: "berth-cni-files", body)
}
