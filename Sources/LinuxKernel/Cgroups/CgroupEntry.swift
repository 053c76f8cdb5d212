import CLinux
import Glibc
import SystemPackage

/// The descriptors through which a child enters a cgroup at birth, without the wait that a write to cgroup.procs means.
struct CgroupEntry: ~Copyable {
  /// The directory in the unified hierarchy, for clone3.
  let unified: SharedDescriptor?
  /// "tasks" in each of the others, for the child to write to.
  let tasks: [SharedDescriptor]

  /// Opens the group's directories; the group must exist.
  init(_ cgroup: Cgroup?) throws(KernelError) {
    var unified: SharedDescriptor?
    var tasks: [SharedDescriptor] = []
    for hierarchy in cgroup?.hierarchies ?? [] {
      guard let directory = cgroup?.directory(in: hierarchy) else { continue }
      do throws(KernelError) {
        if hierarchy.isUnified {
          unified = SharedDescriptor(try OwnedDescriptor.open(directory, O_RDONLY | O_DIRECTORY))
        } else {
          tasks.append(SharedDescriptor(try OwnedDescriptor.open(directory + "/tasks", O_WRONLY)))
        }
      } catch {
        throw error.errno == .noSuchFileOrDirectory ? error.advising("the cgroup does not exist") : error
      }
    }
    self.unified = unified
    self.tasks = tasks
  }
}
