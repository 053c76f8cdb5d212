#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "CSpawn.h"
#include "child.h"
#include "rawcalls.h"

#define STACK_SIZE ((size_t)64 << 10)
#define GUARD_SIZE ((size_t)64 << 10)  // a page of any size the kernel offers
#define WALL 0x40000000

long cspawn_clone3(struct clone_args *arguments, size_t size, void (*child)(void *), void *value);

void *cspawn_stack_create(void) {
  char *memory = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  if (mprotect(memory, GUARD_SIZE, PROT_NONE) != 0) {
    int error = errno;
    munmap(memory, GUARD_SIZE + STACK_SIZE);
    errno = error;
    return NULL;
  }
  return memory + GUARD_SIZE;
}

void cspawn_stack_destroy(void *stack) { munmap((char *)stack - GUARD_SIZE, GUARD_SIZE + STACK_SIZE); }

static uint64_t clone_flags(const struct cspawn_request *request) {
  uint64_t flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_PARENT_SETTID;
  if (request->cgroup >= 0) flags |= CLONE_INTO_CGROUP;
  if (request->pause == NULL) return flags;
  unsigned namespaces = request->pause->namespaces;
  if (namespaces & CSPAWN_NEW_NETWORK) flags |= CLONE_NEWNET;
  if (namespaces & CSPAWN_NEW_UTS) flags |= CLONE_NEWUTS;
  if (namespaces & CSPAWN_NEW_IPC) flags |= CLONE_NEWIPC;
  if (namespaces & CSPAWN_NEW_PID) flags |= CLONE_NEWPID;
  if (namespaces & CSPAWN_NEW_USER) flags |= CLONE_NEWUSER | CLONE_NEWNS;
  return flags;
}

static void reap(struct cspawn_request *request) {
  siginfo_t information;
  while (syscall(SYS_waitid, 3 /* P_PIDFD */, request->pidfd, &information, WEXITED | WALL, NULL) != 0 &&
         errno == EINTR)
    continue;
}

void cspawn_release(struct cspawn_request *request) {
  if (request->pidfd >= 0) close(request->pidfd);
  request->pidfd = -1;
}

UNINSTRUMENTED int cspawn_start(struct cspawn_request *request, void *stack) {
  request->pid = 0;
  request->pidfd = -1;
  request->oom_error = 0;
  request->step = CSPAWN_CLONE;
  request->error = 0;
  struct clone_args arguments = {
      .flags = clone_flags(request),
      .pidfd = (uintptr_t)&request->pidfd,
      .parent_tid = (uintptr_t)&request->pid,
      .exit_signal = SIGCHLD,
      .stack = (uintptr_t)stack,
      .stack_size = STACK_SIZE,
      .cgroup = request->cgroup >= 0 ? (uint64_t)request->cgroup : 0,
  };
  // No handler of the parent may run in the child. The C library would leave its own two signals open.
  const uint64_t all = ~0ULL;
  uint64_t before;
  rawcall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&before, 8, 0);
  long result = cspawn_clone3(&arguments, sizeof arguments, cspawn_child, request);
  rawcall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, 8, 0);
  if (result < 0) {
    request->error = (int)-result;
    return -1;
  }
  int error = *(volatile int *)&request->error;
  if (error == 0 && *(volatile int *)&request->step == CSPAWN_EXECUTE) return 0;
  if (error == 0) request->error = ECHILD;
  // The child has failed, or was killed before it executed anything: it has exited or is about to.
  reap(request);
  // That of a pause may be known to the thread that asked for it.
  if (request->pause == NULL) cspawn_release(request);
  return -1;
}

void cspawn_clear_away(struct cspawn_request *request) {
  if (request->pidfd < 0) return;
  syscall(SYS_pidfd_send_signal, request->pidfd, SIGKILL, NULL, 0);
  reap(request);
}

// Moves on from one state to another and wakes whoever waits; false when it is in another state by now.
static bool advance(struct cspawn_request *request, uint32_t from, uint32_t to) {
  if (!__atomic_compare_exchange_n(&request->state, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return false;
  syscall(SYS_futex, &request->state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
  return true;
}

bool cspawn_begin(struct cspawn_request *request) { return advance(request, CSPAWN_QUEUED, CSPAWN_RUNNING); }

bool cspawn_finish(struct cspawn_request *request) {
  return advance(request, CSPAWN_RUNNING, CSPAWN_DONE) || advance(request, CSPAWN_WAITS_FOR_MAPS, CSPAWN_DONE);
}

uint32_t cspawn_await(struct cspawn_request *request, uint32_t known, int milliseconds) {
  const struct timespec patience = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
  if (__atomic_load_n(&request->state, __ATOMIC_SEQ_CST) == known)
    syscall(SYS_futex, &request->state, FUTEX_WAIT, known, &patience, NULL, 0);
  return __atomic_load_n(&request->state, __ATOMIC_SEQ_CST);
}

bool cspawn_abandon(struct cspawn_request *request) {
  for (uint32_t from = CSPAWN_QUEUED; from < CSPAWN_DONE; from++) {
    if (!advance(request, from, CSPAWN_ABANDONED)) continue;
    // Written by the kernel before the child runs, and closed by nobody as long as the request may be given up.
    int pidfd = *(volatile int *)&request->pidfd;
    if (from != CSPAWN_QUEUED && pidfd >= 0) syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
    return true;
  }
  return false;
}

const char *cspawn_step_name(enum cspawn_step step) {
  static const char *const names[] = {
      [CSPAWN_CLONE] = "clone3",
      [CSPAWN_TASKS] = "enter cgroup v1",
      [CSPAWN_NETWORK_NAMESPACE] = "network namespace",
      [CSPAWN_USER_MAPS] = "user namespace maps",
      [CSPAWN_OOM_SCORE] = "oom_score_adj",
      [CSPAWN_CGROUP_NAMESPACE] = "unshare cgroup namespace",
      [CSPAWN_HOSTNAME] = "sethostname",
      [CSPAWN_SESSION] = "setsid",
      [CSPAWN_GROUPS] = "setgroups",
      [CSPAWN_INHERIT_CAPABILITIES] = "keep capabilities for pause",
      [CSPAWN_NO_NEW_PRIVILEGES] = "no_new_privs",
      [CSPAWN_RESOURCE_LIMIT] = "set RLIMIT_NOFILE",
      [CSPAWN_DESCRIPTORS] = "place descriptors",
      [CSPAWN_CLOSE_RANGE] = "close_range",
      [CSPAWN_SIGNALS] = "reset signals",
      [CSPAWN_EXECUTE] = "execve",
      [CSPAWN_MESSAGE] = "read what to become",
      [CSPAWN_BOUNDING_SET] = "drop capability bounding set",
      [CSPAWN_GID] = "setresgid",
      [CSPAWN_UID] = "setresuid",
      [CSPAWN_CAPABILITIES] = "capset",
      [CSPAWN_AMBIENT] = "clear ambient capabilities",
      [CSPAWN_SECCOMP] = "seccomp",
  };
  return (unsigned)step < sizeof names / sizeof *names ? names[step] : "an unknown step";
}
