// What berthd and pause say to each other over pause's descriptor 3, a socket that keeps messages apart.
//
// Pause reads one struct cspawn_become, as long as its filter, and answers one byte once it has become that, or a struct
// cspawn_refusal. A further message commits it. Pause has no C library: nothing is included here.
#ifndef CSPAWN_PAUSE_H
#define CSPAWN_PAUSE_H

// The steps of a start, in the order of their execution.
enum cspawn_step {
  CSPAWN_CLONE,
  CSPAWN_TASKS,
  CSPAWN_NETWORK_NAMESPACE,
  CSPAWN_USER_MAPS,
  CSPAWN_OOM_SCORE,
  CSPAWN_CGROUP_NAMESPACE,
  CSPAWN_HOSTNAME,
  CSPAWN_SESSION,
  CSPAWN_GROUPS,
  CSPAWN_INHERIT_CAPABILITIES,
  CSPAWN_NO_NEW_PRIVILEGES,
  CSPAWN_RESOURCE_LIMIT,
  CSPAWN_DESCRIPTORS,
  CSPAWN_CLOSE_RANGE,
  CSPAWN_SIGNALS,
  CSPAWN_EXECUTE,
  // Pause's own.
  CSPAWN_MESSAGE,
  CSPAWN_BOUNDING_SET,
  CSPAWN_GID,
  CSPAWN_UID,
  CSPAWN_CAPABILITIES,
  CSPAWN_AMBIENT,
  CSPAWN_SECCOMP,
};

enum {
  CSPAWN_PAUSE_SOCKET = 3,
  CSPAWN_FILTER_LIMIT = 256,  // instructions
};

struct cspawn_become {
  unsigned uid, gid;
  unsigned filter_length;  // instructions; 0: no filter
  unsigned unused;
  unsigned long long filter[CSPAWN_FILTER_LIMIT];  // struct sock_filter
};

struct cspawn_refusal {
  int step;
  int error;
};

#endif
