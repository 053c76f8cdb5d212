import LinuxKernel
import SystemPackage

/// Makes the files that containers of the pod share: hostname, hosts, resolv.conf and, with an IPC namespace of its own,
/// a shm mount.
struct PrepareFiles: Step {
  /// The size of `/dev/shm`, as the peers give it.
  private static let shmSize: UInt64 = 64 << 20
  /// The most that is taken over of a file of the host.
  private static let hostFileLimit = 1 << 20

  let name = StepName.prepareFiles
  let undoWaitsFor: [StepName] = []

  func `do`(_ sandbox: inout SandboxContext) throws {
    let paths = sandbox.paths
    try Directories.create(paths.directory, mode: 0o700, group: nil)
    try write(sandbox.record.hostname + "\n", to: paths.hostname)
    try write(hostFile("/etc/hosts"), to: paths.hosts)
    try Failpoint.pass("do.PrepareFiles.middle")
    try write(resolvConf(sandbox.record.configuration.dnsConfig), to: paths.resolvConf)
    if sandbox.record.configuration.linux.securityContext.namespaceOptions.ipc == .pod {
      try Directories.create(paths.shm, mode: 0o700, group: nil)
      try Mounts.tmpfs(at: paths.shm, size: Self.shmSize, mode: 0o1777)
    }
  }

  func undo(_ sandbox: inout SandboxContext) throws {
    try Mounts.detach(sandbox.paths.shm)
    try Failpoint.pass("undo.PrepareFiles.middle")
    try Directories.remove(sandbox.paths.directory)
  }

  private func write(_ text: String, to path: String) throws {
    try DurableFile.create(path, with: Array(text.utf8), mode: 0o644)
  }

  /// The host's file; a host without one gives an empty one.
  private func hostFile(_ path: String) throws -> String {
    do throws(KernelError) {
      return String(decoding: try DurableFile.read(path, limit: Self.hostFileLimit), as: UTF8.self)
    } catch  where error.errno == .noSuchFileOrDirectory {
      return ""
    }
  }

  private func resolvConf(_ dns: PodSandboxConfiguration.DNSConfiguration?) throws -> String {
    guard let dns else { return try hostFile("/etc/resolv.conf") }
    var lines: [String] = []
    if !dns.searches.isEmpty { lines.append("search " + dns.searches.joined(separator: " ")) }
    lines += dns.servers.map { "nameserver " + $0 }
    if !dns.options.isEmpty { lines.append("options " + dns.options.joined(separator: " ")) }
    return lines.map { $0 + "\n" }.joined()
  }
}
