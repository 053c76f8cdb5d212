// Starting processes by clone3(2) with CLONE_VM | CLONE_VFORK: half a millisecond whatever the size of the caller's heap.
//
// The child borrows the caller's memory until it executes its program: it runs on a stack of its own, in raw system
// calls only, and reports how far it came through the request itself.
#ifndef CSPAWN_H
#define CSPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cspawn_namespaces {
  CSPAWN_NEW_NETWORK = 1,
  CSPAWN_NEW_UTS = 2,
  CSPAWN_NEW_IPC = 4,
  CSPAWN_NEW_PID = 8,
  // Brings a mount namespace of its own: nobody may enter one that belongs to another user namespace.
  CSPAWN_NEW_USER = 16,
};

// The child's steps, in the order of their execution.
enum cspawn_step {
  CSPAWN_CLONE,
  CSPAWN_TASKS,
  CSPAWN_NETWORK_NAMESPACE,
  CSPAWN_USER_MAPS,
  CSPAWN_OOM_SCORE,
  CSPAWN_CGROUP_NAMESPACE,
  CSPAWN_HOSTNAME,
  CSPAWN_SESSION,
  CSPAWN_BOUNDING_SET,
  CSPAWN_GROUPS,
  CSPAWN_GID,
  CSPAWN_UID,
  CSPAWN_CAPABILITIES,
  CSPAWN_AMBIENT,
  CSPAWN_NO_NEW_PRIVILEGES,
  CSPAWN_RESOURCE_LIMIT,
  CSPAWN_DESCRIPTORS,
  CSPAWN_CLOSE_RANGE,
  CSPAWN_SIGNALS,
  CSPAWN_SECCOMP,
  CSPAWN_EXECUTE,
};
const char *cspawn_step_name(enum cspawn_step step);

enum cspawn_state {
  CSPAWN_RUNNING,
  CSPAWN_WAITS_FOR_MAPS,  // `pid` is known; answer with cspawn_maps_written or cspawn_maps_failed
  CSPAWN_DONE,
};

// What a pause needs beyond what every process does.
struct cspawn_pause {
  unsigned namespaces;        // enum cspawn_namespaces; a cgroup namespace always comes
  int binary;                 // open for execution, numbered 10 or above; the only one left open beside 0 to 3
  int null;                   // /dev/null, becomes 0 to 2
  int pipe;                   // becomes 3
  int network_namespace;      // entered instead of a new one, or -1
  int proc;                   // the directory /proc, or -1: leave oom_score_adj as it is
  const char *oom_score_adj;  // decimal digits
  const char *hostname;       // NULL: inherited
  uint32_t uid, gid;
  const uint32_t *groups;
  size_t groups_count;
  const void *filter;         // struct sock_filter[], NULL: none
  uint16_t filter_length;     // instructions
};

struct cspawn_request {
  // In. Descriptors are -1 where there is none; strings and arrays belong to the caller and live until the call ends.
  int cgroup;             // the directory of a cgroup v2, entered at birth
  const int *tasks;       // cgroup v1 "tasks" files, open for writing
  size_t tasks_count;
  const char *path;       // of the program; unused by a pause
  char *const *arguments;
  char *const *environment;
  int standard[3];        // become 0 to 2; unused by a pause
  bool limits_open_files;
  uint64_t open_files[2];  // soft and hard RLIMIT_NOFILE
  const struct cspawn_pause *pause;  // NULL: a process in the caller's namespaces

  // Out.
  int pid;
  int pidfd;
  int oom_error;          // why oom_score_adj could not be set, or 0: never a failure
  int step;               // where it failed
  int error;              // its errno; 0: the program runs

  // Between the threads.
  uint32_t state;
  int32_t maps;
};

// A stack for children, with a guard page below; NULL and errno on failure. One child at a time may use it.
void *cspawn_stack_create(void);
void cspawn_stack_destroy(void *stack);

// Starts the process and waits until it has executed its program or failed; 0 or -1, see `step` and `error`. On failure
// nothing is left: the child is reaped and its pidfd closed.
int cspawn_start(struct cspawn_request *request, void *stack);

// For the thread that asked another one to start a process: waits while `state` equals `known`, then returns the new state.
uint32_t cspawn_await(struct cspawn_request *request, uint32_t known);
// Answers CSPAWN_WAITS_FOR_MAPS.
void cspawn_maps_written(struct cspawn_request *request);
void cspawn_maps_failed(struct cspawn_request *request, int error);
// Tells the waiting thread that the request is finished.
void cspawn_finish(struct cspawn_request *request);

#endif
