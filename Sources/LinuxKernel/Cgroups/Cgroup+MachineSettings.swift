import CLinux
import Glibc
import SystemPackage

extension Cgroup {
  /// Keeps all processes in the group, and in those below it, from writing sysctls that are the whole machine's, however they
  /// mount `/proc/sys`; those of network namespaces stay theirs.
  ///
  /// ENOTSUP without the unified hierarchy; fails where the kernel has no BPF for cgroups. Ends with the group. Needs CAP_BPF.
  package func forbidMachineSettings() throws(KernelError) {
    guard let unified = hierarchies.first(where: \.isUnified) else {
      throw KernelError(errno: .notSupported, operation: "forbid machine settings to cgroup", subject: path)
    }
    let directory = try OwnedDescriptor.open(directory(in: unified), O_RDONLY | O_DIRECTORY)
    try retrying("forbid machine settings to cgroup", path) { clinux_forbid_machine_settings(directory.raw) }
  }
}
