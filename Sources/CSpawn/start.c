#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

// The child has failed, or was killed before it executed anything: it has exited or is about to.
static void clear_away(struct cspawn_request *request) {
  siginfo_t information;
  while (syscall(SYS_waitid, 3 /* P_PIDFD */, request->pidfd, &information, WEXITED | WALL, NULL) != 0 &&
         errno == EINTR)
    continue;
  close(request->pidfd);
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
  clear_away(request);
  return -1;
}

static void wake(void *word) { syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0); }

uint32_t cspawn_await(struct cspawn_request *request, uint32_t known) {
  uint32_t state;
  while ((state = __atomic_load_n(&request->state, __ATOMIC_SEQ_CST)) == known)
    syscall(SYS_futex, &request->state, FUTEX_WAIT, known, NULL, NULL, 0);
  return state;
}

void cspawn_maps_written(struct cspawn_request *request) {
  __atomic_store_n(&request->maps, 1, __ATOMIC_SEQ_CST);
  wake(&request->maps);
}

void cspawn_maps_failed(struct cspawn_request *request, int error) {
  __atomic_store_n(&request->maps, -error, __ATOMIC_SEQ_CST);
  wake(&request->maps);
}

void cspawn_finish(struct cspawn_request *request) {
  __atomic_store_n(&request->state, CSPAWN_DONE, __ATOMIC_SEQ_CST);
  wake(&request->state);
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
      [CSPAWN_BOUNDING_SET] = "drop capability bounding set",
      [CSPAWN_GROUPS] = "setgroups",
      [CSPAWN_GID] = "setresgid",
      [CSPAWN_UID] = "setresuid",
      [CSPAWN_CAPABILITIES] = "capset",
      [CSPAWN_AMBIENT] = "clear ambient capabilities",
      [CSPAWN_NO_NEW_PRIVILEGES] = "no_new_privs",
      [CSPAWN_RESOURCE_LIMIT] = "set RLIMIT_NOFILE",
      [CSPAWN_DESCRIPTORS] = "place descriptors",
      [CSPAWN_CLOSE_RANGE] = "close_range",
      [CSPAWN_SIGNALS] = "reset signals",
      [CSPAWN_SECCOMP] = "seccomp",
      [CSPAWN_EXECUTE] = "execve",
  };
  return names[step];
}
