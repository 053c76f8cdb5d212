#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CLinux.h"

int clinux_fork_into(int cgroup, int *pidfd) {
  struct clone_args arguments = {
      .flags = CLONE_PIDFD | (cgroup >= 0 ? CLONE_INTO_CGROUP : 0),
      .pidfd = (uintptr_t)pidfd,
      .exit_signal = SIGCHLD,
      .cgroup = cgroup >= 0 ? (uint64_t)cgroup : 0,
  };
  return (int)syscall(SYS_clone3, &arguments, sizeof arguments);
}

int clinux_fork(void) { return fork(); }

static volatile pid_t child_to_end_with;

static void end_child(int signal) {
  (void)signal;
  kill(child_to_end_with, SIGKILL);
}

void clinux_end_with_child(int child) {
  child_to_end_with = child;
  struct sigaction action = {.sa_handler = end_child};
  sigaction(SIGTERM, &action, NULL);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_UNBLOCK, &signals, NULL);
  syscall(SYS_close_range, 0U, ~0U, 0U);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  _exit(status == 0 ? 0 : 1);
}

int clinux_die_with_parent(int parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return -1;
  if (getppid() == parent) return 0;
  errno = ESRCH;
  return -1;
}

int clinux_isolate(void) {
  return unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWCGROUP);
}

int clinux_place_descriptors(int output, int channel) {
  // Above those that are about to be replaced.
  output = fcntl(output, F_DUPFD_CLOEXEC, 10);
  channel = fcntl(channel, F_DUPFD_CLOEXEC, 10);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (output < 0 || channel < 0 || null < 0) return -1;
  if (dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 || dup3(channel, 3, O_CLOEXEC) < 0) return -1;
  return (int)syscall(SYS_close_range, 4U, ~0U, 0U);
}

static int write_text(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t written = write(file, text, strlen(text));
  int error = errno;
  close(file);
  errno = error;
  return written < 0 ? -1 : 0;
}

int clinux_become_root_in_user_namespace(void) {
  char users[32], groups[32];
  snprintf(users, sizeof users, "0 %u 1", geteuid());
  snprintf(groups, sizeof groups, "0 %u 1", getegid());
  if (unshare(CLONE_NEWUSER) != 0) return -1;
  // Where the kernel has no such file, groups may be mapped without it.
  if (write_text("/proc/self/setgroups", "deny") != 0 && errno != ENOENT) return -1;
  if (write_text("/proc/self/uid_map", users) != 0) return -1;
  return write_text("/proc/self/gid_map", groups);
}

int clinux_mount_new(const char *source, const char *target, const char *type, unsigned how, const char *options) {
  unsigned long flags = (how & CLINUX_MOUNT_READ_ONLY ? MS_RDONLY : 0) |
                        (how & CLINUX_MOUNT_NO_SETUID ? MS_NOSUID : 0) |
                        (how & CLINUX_MOUNT_NO_DEVICES ? MS_NODEV : 0) |
                        (how & CLINUX_MOUNT_NO_EXECUTION ? MS_NOEXEC : 0);
  return mount(source, target, type, flags, options);
}

int clinux_mount_set_read_only(const char *path, bool read_only, bool recursive) {
  // The kernel's struct mount_attr, of which not every C library knows.
  struct {
    uint64_t set, clear, propagation, user_namespace;
  } attributes = {.set = read_only ? 1 : 0, .clear = read_only ? 0 : 1};
  return (int)syscall(SYS_mount_setattr, AT_FDCWD, path, recursive ? 0x8000 /* AT_RECURSIVE */ : 0, &attributes,
                      sizeof attributes);
}

int clinux_mount_become_root(const char *path, const char **step) {
  *step = "chdir to the new root";
  if (chdir(path) != 0) return -1;
  *step = "pivot_root";
  if (syscall(SYS_pivot_root, ".", ".") != 0) return -1;
  // The old root now lies on top of the new one, at ".".
  *step = "detach the old root";
  if (umount2(".", MNT_DETACH) != 0) return -1;
  *step = "chdir to /";
  return chdir("/");
}

int clinux_drop_machine_capabilities(void) {
  static const int dropped[] = {CAP_SYS_BOOT,   CAP_SYS_TIME,      CAP_SYS_MODULE,   CAP_SYS_RAWIO,     CAP_MKNOD,
                                CAP_WAKE_ALARM, CAP_AUDIT_CONTROL, CAP_MAC_OVERRIDE, CAP_MAC_ADMIN,     CAP_SYSLOG,
                                CAP_SYS_PACCT,  CAP_LINUX_IMMUTABLE, CAP_DAC_READ_SEARCH};
  for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
    if (prctl(PR_CAPBSET_DROP, dropped[i], 0, 0, 0) != 0) return -1;
  return 0;
}
