#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "CLinux.h"

// Not in every C library's headers.
#define CLINUX_P_PIDFD 3
#define CLINUX_WALL 0x40000000

int clinux_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int clinux_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int clinux_limit_open_files(int pid, uint64_t count) {
  struct rlimit limit = {.rlim_cur = count, .rlim_max = count};
  return prlimit(pid, RLIMIT_NOFILE, &limit, NULL);
}

int clinux_pidfd_exit(int pidfd, bool reaps, struct clinux_exit *result) {
  siginfo_t information = {0};
  int flags = WEXITED | WNOHANG | CLINUX_WALL | (reaps ? 0 : WNOWAIT);
  if (waitid((idtype_t)CLINUX_P_PIDFD, (id_t)pidfd, &information, flags) != 0) return -1;
  result->pid = information.si_pid;
  result->status = information.si_status;
  result->signalled = information.si_pid != 0 && information.si_code != CLD_EXITED;
  return 0;
}

int clinux_child_has_exited(int pid) {
  siginfo_t information = {0};
  int flags = WEXITED | WNOHANG | WNOWAIT | CLINUX_WALL;
  return waitid(P_PID, (id_t)pid, &information, flags) == 0 && information.si_pid != 0;
}

int clinux_reap_child(int pid) {
  siginfo_t information = {0};
  return waitid(P_PID, (id_t)pid, &information, WEXITED | WNOHANG | CLINUX_WALL);
}

int clinux_is_child_subreaper(void) {
  int answer = 0;
  return prctl(PR_GET_CHILD_SUBREAPER, &answer, 0, 0, 0) == 0 && answer != 0;
}

int clinux_clear_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

void clinux_unblock_child_signal(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

void clinux_thread_attributes_set_elsewhere(pthread_attr_t *attributes) {
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return;
  CPU_CLR(sched_getcpu(), &processors);
  if (CPU_COUNT(&processors) != 0) pthread_attr_setaffinity_np(attributes, sizeof processors, &processors);
}

void clinux_thread_wake_elsewhere(pid_t thread) {
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return;
  CPU_CLR(sched_getcpu(), &processors);
  if (CPU_COUNT(&processors) != 0) sched_setaffinity(thread, sizeof processors, &processors);
}

pid_t clinux_thread_id(void) { return gettid(); }

cpu_set_t clinux_processors(void) {
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) CPU_ZERO(&processors);
  return processors;
}

void clinux_set_processors(cpu_set_t processors) {
  if (CPU_COUNT(&processors) != 0) sched_setaffinity(0, sizeof processors, &processors);
}

bool clinux_semaphore_wait(sem_t *semaphore, int64_t nanoseconds) {
  const int64_t second = 1000000000;
  struct timespec deadline;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  nanoseconds += deadline.tv_nsec;
  deadline.tv_sec += nanoseconds / second;
  deadline.tv_nsec = nanoseconds % second;
  int result;
  do result = sem_clockwait(semaphore, CLOCK_MONOTONIC, &deadline);
  while (result != 0 && errno == EINTR);
  return result == 0;
}

void clinux_set_thread_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
