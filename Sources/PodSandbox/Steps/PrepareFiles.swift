import LinuxKernel
import SystemPackage

/// Makes the files that containers of the pod share: hostname, hosts, resolv.conf and, with an IPC namespace of its own,
/// a shm mount.
struct PrepareFiles: Step {
  /// The size of `/dev/shm`, as the peers give it.
  private static let shmSize: UInt64 = 64 << 20
  /// The most that is taken over of a file of the host: lists of blocked names in /etc/hosts take several megabytes.
  private static let hostFileLimit = 64 << 20

  let name = StepName.prepareFiles
  let undoWaitsFor: [StepName] = []
  let limit: Duration

  func timeLimit(of pod: Pod) -> Duration { limit }

  func `do`(_ pod: inout Pod) throws {
    let paths = pod.paths
    try Directories.create(paths.directory, mode: 0o700, group: nil)
    try write(Array("\(pod.record.hostname)\n".utf8), to: paths.hostname)
    try write(hostFile("/etc/hosts"), to: paths.hosts)
    try Failpoint.pass("do.PrepareFiles.middle")
    try write(resolvConf(pod.record.configuration.dnsConfig), to: paths.resolvConf)
    if pod.record.configuration.linux.securityContext.namespaceOptions.ipc == .pod {
      try Directories.create(paths.shm, mode: 0o700, group: nil)
      try Mounts.tmpfs(at: paths.shm, size: Self.shmSize, mode: 0o1777)
    }
  }

  func undo(_ pod: inout Pod) throws {
    try Mounts.detach(pod.paths.shm)
    try Failpoint.pass("undo.PrepareFiles.middle")
    try Directories.remove(pod.paths.directory)
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    try DurableFile.create(path, with: bytes, mode: 0o644)
  }

  /// The host's file; a host without one gives an empty one.
  private func hostFile(_ path: String) throws -> [UInt8] {
    do throws(KernelError) {
      return try DurableFile.read(path, limit: Self.hostFileLimit)
    } catch  where error.errno == .noSuchFileOrDirectory {
      return []
    }
  }

  private func resolvConf(_ dns: PodSandboxConfiguration.DNSConfiguration?) throws -> [UInt8] {
    guard let dns else { return try hostFile("/etc/resolv.conf") }
    var lines: [String] = []
    if !dns.searches.isEmpty { lines.append("search " + dns.searches.joined(separator: " ")) }
    lines += dns.servers.map { "nameserver " + $0 }
    if !dns.options.isEmpty { lines.append("options " + dns.options.joined(separator: " ")) }
    return lines.flatMap { Array("\($0)\n".utf8) }
  }
}
