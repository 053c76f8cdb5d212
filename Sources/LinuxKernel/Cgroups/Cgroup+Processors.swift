extension Cgroup {
  /// Gives the group the processors and the memory of the one above it, without which nobody may enter it (cgroup v1's cpuset).
  package func inheritProcessors() {
    for hierarchy in hierarchies where hierarchy.controllers.contains("cpuset") && !hierarchy.isUnified {
      let directory = directory(in: hierarchy)
      let parent = DurableFile.split(directory).directory
      for file in ["cpuset.cpus", "cpuset.mems"] {
        guard let value = try? DurableFile.read("\(parent)/\(file)", limit: 64 << 10) else { continue }
        try? CgroupFile.write(String(decoding: value, as: UTF8.self), to: "\(directory)/\(file)")
      }
    }
  }
}
