#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "CSpawn.h"
#include "child.h"
#include "rawcalls.h"

// Descriptors that must survive the rearrangement of 0 to 3 are moved to this number or above first.
#define LOWEST 10

#define CALL5(number, a, b, c, d, e) rawcall(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
#define CALL4(number, a, b, c, d) CALL5(number, a, b, c, d, 0)
#define CALL3(number, a, b, c) CALL5(number, a, b, c, 0, 0)
#define CALL2(number, a, b) CALL5(number, a, b, 0, 0, 0)
#define CALL1(number, a) CALL5(number, a, 0, 0, 0, 0)

UNINSTRUMENTED static _Noreturn void leave(struct cspawn_request *request, long result) {
  *(volatile int *)&request->error = (int)-result;
  for (;;) CALL1(SYS_exit_group, 127);
}

// Notes the step, so that the parent can tell where a child was killed, then carries it out.
#define STEP(name, call)                                     \
  do {                                                       \
    *(volatile int *)&request->step = (name);                \
    long result_ = (call);                                   \
    if (result_ < 0) leave(request, result_);                \
  } while (0)

UNINSTRUMENTED static long enter_tasks(const struct cspawn_request *request) {
  for (size_t i = 0; i < request->tasks_count; i++) {
    long result = CALL3(SYS_write, request->tasks[i], "0", 1);
    if (result < 0) return result;
  }
  return 0;
}

// The maps can only be written from outside: another thread of the parent does it, while the one that cloned waits for
// this child. Should the daemon be killed meanwhile, nobody would ever wake this child: it dies with it.
UNINSTRUMENTED static long await_maps(struct cspawn_request *request) {
  long result = CALL2(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  if (result < 0) return result;
  __atomic_store_n(&request->state, CSPAWN_WAITS_FOR_MAPS, __ATOMIC_SEQ_CST);
  CALL3(SYS_futex, &request->state, FUTEX_WAKE, 1);
  int32_t answer;
  while ((answer = __atomic_load_n(&request->maps, __ATOMIC_SEQ_CST)) == 0)
    CALL4(SYS_futex, &request->maps, FUTEX_WAIT, 0, 0);
  return answer < 0 ? answer : CALL2(SYS_prctl, PR_SET_PDEATHSIG, 0);
}

UNINSTRUMENTED static void set_oom_score(struct cspawn_request *request) {
  const struct cspawn_pause *pause = request->pause;
  long length = 0;
  while (pause->oom_score_adj[length] != 0) length++;
  // "self" is looked up by this child: the descriptor of /proc is all that is opened beforehand.
  long file = CALL4(SYS_openat, pause->proc, "self/oom_score_adj", O_WRONLY | O_CLOEXEC, 0);
  long result = file < 0 ? file : CALL3(SYS_write, file, pause->oom_score_adj, length);
  *(volatile int *)&request->oom_error = result < 0 ? (int)-result : 0;
}

UNINSTRUMENTED static long drop_bounding_set(void) {
  for (int capability = 0;; capability++) {
    long result = CALL2(SYS_prctl, PR_CAPBSET_DROP, capability);
    if (result == -EINVAL) return 0;  // past the last one this kernel knows
    if (result < 0) return result;
  }
}

UNINSTRUMENTED static long drop_capabilities(void) {
  struct __user_cap_header_struct header;
  header.version = _LINUX_CAPABILITY_VERSION_3;
  header.pid = 0;
  struct __user_cap_data_struct none[2];
  for (volatile int i = 0; i < 2; i++) none[i].effective = none[i].permitted = none[i].inheritable = 0;
  return CALL2(SYS_capset, &header, none);
}

// Every signal but those in `blocked` is let through, with its default disposition.
UNINSTRUMENTED static long reset_signals(uint64_t blocked) {
  // The kernel's own structure: handler, flags, restorer (x86-64 only, the mask moves up elsewhere) and mask, all zero.
  uint64_t defaults[4];
  for (volatile int i = 0; i < 4; i++) defaults[i] = 0;
  for (int number = 1; number <= 64; number++)
    if (number != SIGKILL && number != SIGSTOP) {
      long result = CALL4(SYS_rt_sigaction, number, defaults, 0, 8);
      if (result < 0) return result;
    }
  return CALL4(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, 0, 8);
}

UNINSTRUMENTED static long place_standard(const struct cspawn_request *request) {
  long moved[3];
  for (int i = 0; i < 3; i++) {
    moved[i] = CALL3(SYS_fcntl, request->standard[i], F_DUPFD_CLOEXEC, LOWEST);
    if (moved[i] < 0) return moved[i];
  }
  for (int i = 0; i < 3; i++) {
    long result = CALL3(SYS_dup3, moved[i], i, 0);
    if (result < 0) return result;
  }
  return 0;
}

UNINSTRUMENTED static long place_pause_descriptors(const struct cspawn_pause *pause) {
  long pipe = CALL3(SYS_fcntl, pause->pipe, F_DUPFD_CLOEXEC, LOWEST);
  if (pipe < 0) return pipe;
  long null = CALL3(SYS_fcntl, pause->null, F_DUPFD_CLOEXEC, LOWEST);
  if (null < 0) return null;
  for (int i = 0; i < 4; i++) {
    long result = CALL3(SYS_dup3, i < 3 ? null : pipe, i, 0);
    if (result < 0) return result;
  }
  return 0;
}

UNINSTRUMENTED static long close_all_but(int spared) {
  if (spared > 4) {
    long result = CALL3(SYS_close_range, 4, spared - 1, 0);
    if (result < 0) return result;
  }
  return CALL3(SYS_close_range, (unsigned)spared + 1, ~0U, 0);
}

UNINSTRUMENTED static _Noreturn void become_pause(struct cspawn_request *request) {
  const struct cspawn_pause *pause = request->pause;
  if (pause->network_namespace >= 0)
    STEP(CSPAWN_NETWORK_NAMESPACE, CALL2(SYS_setns, pause->network_namespace, CLONE_NEWNET));
  if (pause->namespaces & CSPAWN_NEW_USER) STEP(CSPAWN_USER_MAPS, await_maps(request));
  if (pause->proc >= 0) set_oom_score(request);
  STEP(CSPAWN_CGROUP_NAMESPACE, CALL1(SYS_unshare, CLONE_NEWCGROUP));
  if (pause->hostname) {
    long length = 0;
    while (pause->hostname[length] != 0) length++;
    STEP(CSPAWN_HOSTNAME, CALL2(SYS_sethostname, pause->hostname, length));
  }
  STEP(CSPAWN_SESSION, CALL1(SYS_setsid, 0));
  STEP(CSPAWN_BOUNDING_SET, drop_bounding_set());
  STEP(CSPAWN_GROUPS, CALL2(SYS_setgroups, pause->groups_count, pause->groups));
  STEP(CSPAWN_GID, CALL3(SYS_setresgid, pause->gid, pause->gid, pause->gid));
  STEP(CSPAWN_UID, CALL3(SYS_setresuid, pause->uid, pause->uid, pause->uid));
  STEP(CSPAWN_CAPABILITIES, drop_capabilities());
  STEP(CSPAWN_AMBIENT, CALL5(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
  STEP(CSPAWN_NO_NEW_PRIVILEGES, CALL5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  STEP(CSPAWN_DESCRIPTORS, place_pause_descriptors(pause));
  STEP(CSPAWN_CLOSE_RANGE, close_all_but(pause->binary));
  // A TERM that comes before pause listens would be lost to the first process of a PID namespace.
  STEP(CSPAWN_SIGNALS, reset_signals(1ULL << (SIGTERM - 1) | 1ULL << (SIGINT - 1) | 1ULL << (SIGCHLD - 1)));
  if (pause->filter) {
    struct sock_fprog program;
    program.len = pause->filter_length;
    program.filter = (struct sock_filter *)pause->filter;
    STEP(CSPAWN_SECCOMP, CALL3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
  }
  STEP(CSPAWN_EXECUTE,
       CALL5(SYS_execveat, pause->binary, "", request->arguments, request->environment, AT_EMPTY_PATH));
  leave(request, -ENOEXEC);
}

UNINSTRUMENTED void cspawn_child(void *value) {
  struct cspawn_request *request = value;
  STEP(CSPAWN_TASKS, enter_tasks(request));
  if (request->pause) become_pause(request);
  STEP(CSPAWN_SESSION, CALL1(SYS_setsid, 0));
  if (request->limits_open_files)
    STEP(CSPAWN_RESOURCE_LIMIT, CALL4(SYS_prlimit64, 0, RLIMIT_NOFILE, request->open_files, 0));
  STEP(CSPAWN_DESCRIPTORS, place_standard(request));
  STEP(CSPAWN_CLOSE_RANGE, CALL3(SYS_close_range, 3, ~0U, 0));
  STEP(CSPAWN_SIGNALS, reset_signals(0));
  STEP(CSPAWN_EXECUTE, CALL3(SYS_execve, request->path, request->arguments, request->environment));
  leave(request, -ENOEXEC);
}
