#ifndef CLINUX_REQUIREMENTS_H
#define CLINUX_REQUIREMENTS_H

enum clinux_call {
  CLINUX_CALL_PIDFD_OPEN,
  CLINUX_CALL_OPENAT2,
  CLINUX_CALL_CLONE3,       // with CLONE_INTO_CGROUP
  CLINUX_CALL_SETNS_PIDFD,  // with a pidfd
  CLINUX_CALL_CLOSE_RANGE,
};

// Makes the call in a way that changes nothing: 0 when the kernel has it, ENOSYS when not, EPERM when it is forbidden.
int clinux_probe(enum clinux_call call);

#endif
