#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CLinux.h"

// The arguments are wrong, or ask for what is so already: a kernel that has the call says so in another way than ENOSYS.
int clinux_probe(enum clinux_call call) {
  long result = 0;
  errno = 0;
  switch (call) {
    case CLINUX_CALL_PIDFD_OPEN: result = syscall(SYS_pidfd_open, -1, 0); break;
    case CLINUX_CALL_OPENAT2: result = syscall(SYS_openat2, -1, "", NULL, 0); break;
    case CLINUX_CALL_CLOSE_RANGE: result = syscall(SYS_close_range, UINT_MAX, UINT_MAX - 1, 0); break;
    case CLINUX_CALL_CLONE3: {
      // No descriptor has this number: a kernel that knows the flag looks for it.
      struct clone_args arguments = {.flags = CLONE_INTO_CGROUP, .cgroup = INT_MAX};
      result = syscall(SYS_clone3, &arguments, sizeof arguments);
      if (result < 0 && (errno == EINVAL || errno == E2BIG)) return ENOSYS;
      break;
    }
    case CLINUX_CALL_SETNS_PIDFD: {
      int pidfd = clinux_pidfd_open(getpid());
      if (pidfd < 0) return errno == ENOSYS ? ENOSYS : 0;
      result = setns(pidfd, CLONE_NEWNET);
      int error = errno;
      close(pidfd);
      // EINVAL: an older kernel takes the descriptors of namespaces only. EPERM: without root nothing works anyway.
      return result < 0 && error == EINVAL ? ENOSYS : 0;
    }
  }
  return result < 0 && (errno == ENOSYS || errno == EPERM) ? errno : 0;
}
