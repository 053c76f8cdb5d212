#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <poll.h>
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
// this child, and tells it by the message that is pause's anyway. Should the daemon be killed meanwhile, or before, the
// socket ends, and with it this child: whichever came first.
UNINSTRUMENTED static long await_maps(struct cspawn_request *request) {
  const struct cspawn_pause *pause = request->pause;
  CALL1(SYS_close, pause->peer);
  uint32_t running = CSPAWN_RUNNING;
  if (!__atomic_compare_exchange_n(&request->state, &running, CSPAWN_WAITS_FOR_MAPS, false, __ATOMIC_SEQ_CST,
                                   __ATOMIC_SEQ_CST))
    return -ECANCELED;
  CALL3(SYS_futex, &request->state, FUTEX_WAKE, 1);
  struct pollfd message;
  message.fd = pause->socket;
  message.events = POLLIN;
  message.revents = 0;
  long result;
  do result = CALL4(SYS_ppoll, &message, 1, 0, 0);
  while (result == -EINTR);
  if (result < 0) return result;
  return message.revents & POLLHUP ? -ECANCELED : 0;
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

// In a user namespace this child is nobody, with every capability: its execution would take them all away, but for those
// that are ambient. Pause needs three of them to become what it shall be.
UNINSTRUMENTED static long keep_capabilities(void) {
  static const int kept[] = {CAP_SETGID, CAP_SETUID, CAP_SETPCAP};
  struct __user_cap_header_struct header;
  header.version = _LINUX_CAPABILITY_VERSION_3;
  header.pid = 0;
  struct __user_cap_data_struct sets[2];
  long result = CALL2(SYS_capget, &header, sets);
  if (result < 0) return result;
  for (int i = 0; i < 3; i++) sets[0].inheritable |= 1U << kept[i];
  result = CALL2(SYS_capset, &header, sets);
  for (int i = 0; i < 3 && result >= 0; i++)
    result = CALL5(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept[i], 0, 0);
  return result;
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
  long socket = CALL3(SYS_fcntl, pause->socket, F_DUPFD_CLOEXEC, LOWEST);
  if (socket < 0) return socket;
  long null = CALL3(SYS_fcntl, pause->null, F_DUPFD_CLOEXEC, LOWEST);
  if (null < 0) return null;
  for (int i = 0; i <= CSPAWN_PAUSE_SOCKET; i++) {
    long result = CALL3(SYS_dup3, i < CSPAWN_PAUSE_SOCKET ? null : socket, i, 0);
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

// The rest, its ids and its filter, pause gives up itself: as long as the memory is the daemon's nobody else may get at this
// process, and the ids decide who may.
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
  STEP(CSPAWN_GROUPS, CALL2(SYS_setgroups, pause->groups_count, pause->groups));
  if (pause->namespaces & CSPAWN_NEW_USER) STEP(CSPAWN_INHERIT_CAPABILITIES, keep_capabilities());
  STEP(CSPAWN_NO_NEW_PRIVILEGES, CALL5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  STEP(CSPAWN_DESCRIPTORS, place_pause_descriptors(pause));
  STEP(CSPAWN_CLOSE_RANGE, close_all_but(pause->binary));
  // A TERM that comes before pause listens would be lost to the first process of a PID namespace.
  STEP(CSPAWN_SIGNALS, reset_signals(1ULL << (SIGTERM - 1) | 1ULL << (SIGINT - 1) | 1ULL << (SIGCHLD - 1)));
  STEP(CSPAWN_EXECUTE,
       CALL5(SYS_execveat, pause->binary, "", request->arguments, request->environment, AT_EMPTY_PATH));
  leave(request, -ENOEXEC);
}

// Somebody who ends the caller, alone or with its group, ends this process too.
UNINSTRUMENTED static long stay_with(int caller) {
  long result = CALL5(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (result < 0) return result;
  // It may have ended before it could be followed.
  return CALL1(SYS_getppid, 0) == caller ? 0 : -ESRCH;
}

UNINSTRUMENTED void cspawn_child(void *value) {
  struct cspawn_request *request = value;
  STEP(CSPAWN_TASKS, enter_tasks(request));
  if (request->pause) become_pause(request);
  STEP(CSPAWN_SESSION, request->belongs_to ? stay_with(request->belongs_to) : CALL1(SYS_setsid, 0));
  if (request->limits_open_files)
    STEP(CSPAWN_RESOURCE_LIMIT, CALL4(SYS_prlimit64, 0, RLIMIT_NOFILE, request->open_files, 0));
  STEP(CSPAWN_DESCRIPTORS, place_standard(request));
  STEP(CSPAWN_CLOSE_RANGE, CALL3(SYS_close_range, 3, ~0U, 0));
  STEP(CSPAWN_SIGNALS, reset_signals(0));
  STEP(CSPAWN_EXECUTE, CALL3(SYS_execve, request->path, request->arguments, request->environment));
  leave(request, -ENOEXEC);
}
