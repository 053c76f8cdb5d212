#ifndef CLINUX_ISOLATION_H
#define CLINUX_ISOLATION_H

#include <stdbool.h>

// fork(2) by way of clone3(2) for a process that has one thread: the child is born into the cgroup v2 whose directory this is
// (-1: into the caller's), and `pidfd` is open on it, closed on execution. The child may make system calls, and fork again:
// what the C library knows of its own thread is the parent's.
int clinux_fork_into(int cgroup, int *pidfd);
// fork(2), which Swift keeps from its users; for a process that has one thread.
int clinux_fork(void);
// Closes every descriptor, waits for the child and ends with it: 0 when it ended well. SIGTERM kills the child first.
_Noreturn void clinux_end_with_child(int child);
// Is killed when the parent ends; -1 with ESRCH when that has ended already.
int clinux_die_with_parent(int parent);
// unshare(2) of the mount, network, IPC, UTS and cgroup namespaces, and of the PID namespace of the children to come.
int clinux_isolate(void);
// unshare(2) of the user namespace, in which the caller's ids become those of root.
int clinux_become_root_in_user_namespace(void);

// Makes `output` descriptors 1 and 2, `channel` descriptor 3, closed on execution, and /dev/null 0, and closes all others.
int clinux_place_descriptors(int output, int channel);

enum clinux_mount_how {
  CLINUX_MOUNT_READ_ONLY = 1,
  CLINUX_MOUNT_NO_SETUID = 2,
  CLINUX_MOUNT_NO_DEVICES = 4,
  CLINUX_MOUNT_NO_EXECUTION = 8,
};
// mount(2) of a new filesystem.
int clinux_mount_new(const char *source, const char *target, const char *type, unsigned how, const char *options);
// Makes the mount at the path read-only, or writable; the others of its filesystem stay as they are. `recursive` takes
// those below it along (mount_setattr(2)).
int clinux_mount_set_read_only(const char *path, bool read_only, bool recursive);
// Makes a mount the root of the mount namespace and of the caller, with nothing left of the old one. On failure `step` names
// the call.
int clinux_mount_become_root(const char *path, const char **step);
// Takes what concerns the whole machine, whatever the namespaces, from all programs that the caller will execute: the clock,
// modules, devices, the restart. The others of root's capabilities stay.
int clinux_drop_machine_capabilities(void);
// From now on no process in the group, a directory of the unified hierarchy, and in those below it writes a sysctl but the
// network namespace's (net/…), however /proc/sys is mounted (BPF_CGROUP_SYSCTL, Linux 5.2). It ends with the group.
int clinux_forbid_machine_settings(int cgroup);

#endif
