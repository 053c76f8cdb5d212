#ifndef CLINUX_PROCESSES_H
#define CLINUX_PROCESSES_H

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

int clinux_pidfd_open(int pid);
int clinux_pidfd_send_signal(int pidfd, int signal);
// prlimit(2) of RLIMIT_NOFILE, soft and hard.
int clinux_limit_open_files(int pid, uint64_t count);

struct clinux_exit {
  int pid;      // 0: has not exited yet
  int status;   // an exit code, or a signal's number when `signalled`
  bool signalled;
};
// waitid(P_PIDFD) with WEXITED | WNOHANG | __WALL, and WNOWAIT unless it reaps. ECHILD: not a child of ours, or reaped before.
int clinux_pidfd_exit(int pidfd, bool reaps, struct clinux_exit *result);

// Whether a child has exited and was not yet reaped (waitid with WNOWAIT): 1 or 0; and waitid that reaps it.
int clinux_child_has_exited(int pid);
int clinux_reap_child(int pid);
// prctl(PR_GET_CHILD_SUBREAPER): 1 or 0.
int clinux_is_child_subreaper(void);

// prctl(PR_SET_DUMPABLE, 0).
int clinux_clear_dumpable(void);
// prctl(PR_SET_NAME) of the calling thread; more than 15 bytes are cut off.
void clinux_set_thread_name(const char *name);
// Lets a new thread run on every processor that this one may use but the one it is on; without effect if that is the only
// one.
void clinux_thread_attributes_set_elsewhere(pthread_attr_t *attributes);
// Lets a sleeping thread wake on every processor that this one may use but the one it is on, as above.
void clinux_thread_wake_elsewhere(pid_t thread);
// gettid(2).
pid_t clinux_thread_id(void);
// sched_getaffinity(2) and sched_setaffinity(2) of the calling thread. Where the first failed, the second does nothing.
cpu_set_t clinux_processors(void);
void clinux_set_processors(cpu_set_t processors);
// sem_clockwait(3) of CLOCK_MONOTONIC, for so many nanoseconds: false when no signal has come by then.
bool clinux_semaphore_wait(sem_t *semaphore, int64_t nanoseconds);
// Unblocks SIGCHLD in the calling thread. When a child of this thread ends, the kernel then drops the signal at once if nobody
// handles it; while the thread blocks it, another thread is woken to drop it.
void clinux_unblock_child_signal(void);
#endif
