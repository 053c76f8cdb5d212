// Starting processes by clone3(2) with CLONE_VM | CLONE_VFORK: half a millisecond whatever the size of the caller's heap.
//
// The child borrows the caller's memory until it executes its program: it runs on a stack of its own, in raw system
// calls only, and reports how far it came through the request itself.
#ifndef CSPAWN_H
#define CSPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cspawn_pause.h"

enum cspawn_namespaces {
  CSPAWN_NEW_NETWORK = 1,
  CSPAWN_NEW_UTS = 2,
  CSPAWN_NEW_IPC = 4,
  CSPAWN_NEW_PID = 8,
  // Brings a mount namespace of its own: nobody may enter one that belongs to another user namespace.
  CSPAWN_NEW_USER = 16,
};

// For people.
const char *cspawn_step_name(enum cspawn_step step);

enum cspawn_state {
  CSPAWN_QUEUED,
  CSPAWN_RUNNING,
  CSPAWN_WAITS_FOR_MAPS,  // `pid` is known; a message on the socket lets the child go on, the socket's end gives it up
  CSPAWN_DONE,
  CSPAWN_ABANDONED,       // nobody waits any more: whoever ran it clears away
};

// What a pause needs beyond what every process does.
struct cspawn_pause {
  unsigned namespaces;        // enum cspawn_namespaces; a cgroup namespace always comes
  int binary;                 // open for execution, numbered 10 or above; the only one left open beside 0 to 3
  int null;                   // /dev/null, becomes 0 to 2
  int socket;                 // becomes 3
  int peer;                   // the socket's other end, for the child to let go of
  int network_namespace;      // entered instead of a new one, or -1
  int proc;                   // the directory /proc, or -1: leave oom_score_adj as it is
  const char *oom_score_adj;  // decimal digits
  const char *hostname;       // NULL: inherited
  const uint32_t *groups;
  size_t groups_count;
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
  int belongs_to;         // the caller's own pid: stays in its process group, and is killed when the thread that starts it ends;
                          // 0: a session of its own
  const struct cspawn_pause *pause;  // NULL: a process in the caller's namespaces

  // Out.
  int pid;
  int pidfd;
  int oom_error;          // why oom_score_adj could not be set, or 0: never a failure
  int step;               // where it failed
  int error;              // its errno; 0: the program runs

  // Between the threads.
  uint32_t state;
};

// A stack for children, with a guard page below; NULL and errno on failure. One child at a time may use it.
void *cspawn_stack_create(void);
void cspawn_stack_destroy(void *stack);

// Starts the process and waits until it has executed its program or failed; 0 or -1, see `step` and `error`. On failure
// the child is reaped; the pidfd of a pause stays open, since the thread that asked for it may know it.
int cspawn_start(struct cspawn_request *request, void *stack);
// Closes the pidfd, if it is open.
void cspawn_release(struct cspawn_request *request);

// For the thread that was asked to start a process by another one: begins, and tells the end. False: it was given up.
bool cspawn_begin(struct cspawn_request *request);
bool cspawn_finish(struct cspawn_request *request);

// For the thread that asked: waits while `state` equals `known`, for so many milliseconds at most, then returns the state.
uint32_t cspawn_await(struct cspawn_request *request, uint32_t known, int milliseconds);
// Gives up a request and kills its child, if there is one yet; what was begun is cleared away by the thread that runs it.
// False when it is done: then its outcome counts.
bool cspawn_abandon(struct cspawn_request *request);
// Kills and reaps the process of a request that was finished and given up.
void cspawn_clear_away(struct cspawn_request *request);

#endif
