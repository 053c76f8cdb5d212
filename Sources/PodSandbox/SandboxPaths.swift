import LinuxKernel

/// Every path and cgroup of one sandbox, derived from its id alone, so that undo needs nothing but the intent.
struct SandboxPaths: Sendable {
  /// The durable record.
  let record: String
  /// The files and the shm mount of this boot.
  let directory: String
  /// The pinned network namespace.
  let networkNamespace: String
  /// The pod's cgroup, where limits sit.
  let cgroup: Cgroup
  /// The leaf that pause is born into.
  let pauseCgroup: Cgroup
  /// The group that plugins are born into.
  let pluginCgroup: Cgroup

  var hostname: String { directory + "/hostname" }
  var hosts: String { directory + "/hosts" }
  var resolvConf: String { directory + "/resolv.conf" }
  var shm: String { directory + "/shm" }

  init(_ record: SandboxRecord, _ host: SandboxHost) {
    let (id, configuration) = (record.id, host.configuration)
    self.record = host.store.path(of: id)
    directory = configuration.state + "/sandboxes/" + id
    networkNamespace = configuration.networkNamespaceDirectory + "/" + SandboxIDs.networkNamespaceName(id)
    let asked = record.configuration.linux.cgroupParent
    let parent = asked.isEmpty ? configuration.cgroupParent : asked
    cgroup = Cgroup(path: parent + "/" + id, in: host.cgroups.all)
    pauseCgroup = cgroup.child("pause")
    pluginCgroup = Cgroup(path: parent + "/" + id + ".cni", in: [host.cgroups.primary])
  }
}
