// The process that holds a pod's namespaces.
//
// It is started as root and becomes who it shall be itself, when its memory is its own: the first message on descriptor 3
// tells, and what else can be given up goes too. It reaps, exits 0 on TERM and INT, and exits 0 when the socket on
// descriptor 3 ends before it is committed: a sandbox that its daemon has not committed dies with the daemon. After the
// commit it closes the socket and lives on.
//
// The signals it cares for stay blocked for ever and are waited for: a blocked signal is never discarded, not even one
// without a handler that is sent to the first process of a PID namespace.

#include "../CSpawn/include/cspawn_pause.h"

typedef unsigned long word;

#if defined(__x86_64__)

enum {
  SYS_read = 0,
  SYS_close = 3,
  SYS_rt_sigprocmask = 14,
  SYS_madvise = 28,
  SYS_sendto = 44,
  SYS_wait4 = 61,
  SYS_setresuid = 117,
  SYS_setresgid = 119,
  SYS_capset = 126,
  SYS_rt_sigtimedwait = 128,
  SYS_prctl = 157,
  SYS_exit_group = 231,
  SYS_ppoll = 271,
  SYS_signalfd4 = 289,
  SYS_seccomp = 317,
};

static long call(long number, long a, long b, long c, long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}

__asm__(".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call berth_pause\n hlt\n");

#define CALL_ON(top, function, a, b) \
  __asm__ volatile("mov %0, %%rsp\n call " #function "\n hlt" : : "r"(top), "D"(a), "S"(b) : "memory")

#elif defined(__aarch64__)

enum {
  SYS_close = 57,
  SYS_read = 63,
  SYS_ppoll = 73,
  SYS_signalfd4 = 74,
  SYS_capset = 91,
  SYS_exit_group = 94,
  SYS_rt_sigprocmask = 135,
  SYS_rt_sigtimedwait = 137,
  SYS_setresuid = 147,
  SYS_setresgid = 149,
  SYS_prctl = 167,
  SYS_sendto = 206,
  SYS_madvise = 233,
  SYS_wait4 = 260,
  SYS_seccomp = 277,
};

static long call(long number, long a, long b, long c, long d, long e) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory", "cc");
  return x0;
}

__asm__(".globl _start\n_start: mov x29, #0\n mov x30, #0\n mov x0, sp\n bl berth_pause\n brk #0\n");

#define CALL_ON(top, function, a, b)                                                                    \
  do {                                                                                                  \
    register word x0 __asm__("x0") = (a);                                                               \
    register word x1 __asm__("x1") = (b);                                                               \
    __asm__ volatile("mov sp, %0\n bl " #function "\n brk #0" : : "r"(top), "r"(x0), "r"(x1) : "memory"); \
  } while (0)

#else
#error "berth-pause runs on x86-64 and arm64"
#endif

enum { SIGINT = 2, SIGTERM = 15, SIGCHLD = 17 };
enum { SIG_BLOCK = 0, WNOHANG = 1, SFD_NONBLOCK = 04000, SFD_CLOEXEC = 02000000, POLLIN = 1 };
enum { EINTR = 4, EAGAIN = 11, EINVAL = 22 };
enum { PR_CAPBSET_DROP = 24, PR_CAP_AMBIENT = 47, PR_CAP_AMBIENT_CLEAR_ALL = 4 };
enum { LINUX_CAPABILITY_VERSION_3 = 0x20080522, SECCOMP_SET_MODE_FILTER = 1, MSG_NOSIGNAL = 0x4000 };
enum { AT_NULL = 0, AT_PAGESZ = 6, MADV_DONTNEED = 4 };
enum { SOCKET = CSPAWN_PAUSE_SOCKET };
enum { LARGEST_PAGE = 65536 };
enum { STACK = 512 };       // more than any function takes that runs for long, with those it calls
enum { DEEPEST = 8192 };    // more than any function takes, the message included

static _Noreturn void leave(int status) {
  for (;;) call(SYS_exit_group, status, 0, 0, 0, 0);
}

// Tells berthd, which may be gone: then there is nobody to tell.
static void answer(const void *bytes, long size) {
  call(SYS_sendto, SOCKET, (long)bytes, size, MSG_NOSIGNAL, 0);
}

static void check(int step, long result) {
  if (result >= 0) return;
  struct cspawn_refusal refusal = {step, (int)-result};
  answer(&refusal, sizeof refusal);
  leave(1);
}

static long drop_bounding_set(void) {
  for (int capability = 0;; capability++) {
    long result = call(SYS_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (result == -EINVAL) return 0;  // past the last one this kernel knows
    if (result < 0) return result;
  }
}

static long drop_capabilities(void) {
  unsigned header[2] = {LINUX_CAPABILITY_VERSION_3, 0};
  unsigned long long none[3] = {0, 0, 0};
  return call(SYS_capset, (long)header, (long)none, 0, 0, 0);
}

static long install(const struct cspawn_become *message) {
  struct {
    unsigned short length;
    const void *filter;
  } program = {(unsigned short)message->filter_length, message->filter};
  return call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&program, 0, 0);
}

// Gives up everything, in an order in which nothing that is gone is needed any more.
__attribute__((noinline)) static void become(void) {
  struct cspawn_become message;
  const long head = (long)(sizeof message - sizeof message.filter);
  long count;
  do count = call(SYS_read, SOCKET, (long)&message, sizeof message, 0, 0);
  while (count == -EINTR);
  if (count == 0) leave(0);
  if (count > 0 && (count < head || (word)(count - head) != message.filter_length * sizeof message.filter[0]))
    count = -EINVAL;
  check(CSPAWN_MESSAGE, count);
  check(CSPAWN_BOUNDING_SET, drop_bounding_set());
  check(CSPAWN_GID, call(SYS_setresgid, message.gid, message.gid, message.gid, 0, 0));
  check(CSPAWN_UID, call(SYS_setresuid, message.uid, message.uid, message.uid, 0, 0));
  check(CSPAWN_CAPABILITIES, drop_capabilities());
  check(CSPAWN_AMBIENT, call(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
  if (message.filter_length) check(CSPAWN_SECCOMP, install(&message));
  answer("", 1);
}

static void handle(long signal) {
  if (signal == SIGTERM || signal == SIGINT) leave(0);
  if (signal == SIGCHLD)
    while (call(SYS_wait4, -1, 0, WNOHANG, 0, 0) > 0) continue;
}

struct poll {
  int descriptor;
  short events, ready;
};

// Returns when the byte has come.
static void await_commit(int signals) {
  struct poll polls[2];
  for (;;) {
    polls[0].descriptor = SOCKET;
    polls[1].descriptor = signals;
    polls[0].events = polls[1].events = POLLIN;
    if (call(SYS_ppoll, (long)polls, 2, 0, 0, 0) < 0) continue;
    if (polls[1].ready) {
      unsigned information[32];  // struct signalfd_siginfo; its first field is the signal's number
      if (call(SYS_read, signals, (long)information, sizeof information, 0, 0) > 0) handle(information[0]);
    }
    if (polls[0].ready) {
      char byte;
      long count = call(SYS_read, SOCKET, (long)&byte, 1, 0, 0);
      if (count == 1) return;
      if (count != -EINTR && count != -EAGAIN) leave(0);
    }
  }
}

// The page's size as the kernel tells it behind the arguments and the environment (getauxval(3)).
static word page_size(const word *stack) {
  const word *entry = stack + 1 + stack[0] + 1;
  while (*entry++) continue;
  while (entry[0] != AT_NULL && entry[0] != AT_PAGESZ) entry += 2;
  return entry[0] == AT_PAGESZ ? entry[1] : LARGEST_PAGE;
}

static const word waited = 1UL << (SIGTERM - 1) | 1UL << (SIGINT - 1) | 1UL << (SIGCHLD - 1);

// Runs on the page of the arguments, which ps shows, and gives back what was touched of the stack below it, `from` to `to`.
__attribute__((used)) static _Noreturn void hold(word from, word to) {
  call(SYS_madvise, (long)from, (long)(to - from), MADV_DONTNEED, 0, 0);
  call(SYS_close, SOCKET, 0, 0, 0, 0);
  for (;;) handle(call(SYS_rt_sigtimedwait, (long)&waited, 0, 0, sizeof waited, 0));
}

// `stack` is what the kernel puts there: the arguments' count, the arguments, the environment, the auxiliary vector.
//
// The kernel starts the stack at a random place up to two pages below the arguments, so that a stack kept where it is
// costs one to three pages by chance.
__attribute__((used)) _Noreturn void berth_pause(const word *stack) {
  call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&waited, 0, sizeof waited, 0);
  long signals = call(SYS_signalfd4, -1, (long)&waited, sizeof waited, SFD_NONBLOCK | SFD_CLOEXEC, 0);
  // Started by hand, without a socket: the lowest free number is the socket's.
  if (signals < 0 || signals == SOCKET) leave(1);
  become();
  await_commit((int)signals);
  call(SYS_close, signals, 0, 0, 0, 0);

  word pages = ~(page_size(stack) - 1);
  word top = (stack[0] ? stack[1] : (word)stack) & ~15UL;
  CALL_ON(top, hold, ((word)stack - DEEPEST) & pages, (top - STACK) & pages);
  leave(1);
}
