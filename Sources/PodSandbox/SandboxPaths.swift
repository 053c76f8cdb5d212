import LinuxKernel

/// Every path and cgroup of one sandbox, derived from its id and its request alone, so that undo needs nothing but the intent.
struct SandboxPaths: Sendable {
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

  init(_ record: SandboxRecord, _ configuration: SandboxServiceConfiguration, _ cgroups: CgroupHierarchies) {
    let id = record.id
    directory = configuration.state + "/sandboxes/" + id
    networkNamespace = configuration.networkNamespaceDirectory + "/" + SandboxIDs.networkNamespaceName(id)
    let parent = record.configuration.linux.cgroupParentPath ?? configuration.cgroupParent
    cgroup = Cgroup(path: parent + "/" + id, in: cgroups.all)
    pauseCgroup = cgroup.child("pause")
    pluginCgroup = Cgroup(path: parent + "/" + id + ".cni", in: [cgroups.primary])
  }
}
