// The process that holds a pod's namespaces.
//
// It reaps, exits 0 on TERM and INT, and exits 0 when the pipe on descriptor 3 ends before a byte has come through it: a
// sandbox that its daemon has not committed dies with the daemon. After the byte it closes the pipe and lives on.
//
// The signals it cares for stay blocked for ever and are waited for: a blocked signal is never discarded, not even one
// without a handler that is sent to the first process of a PID namespace.

typedef unsigned long word;

#if defined(__x86_64__)

enum {
  SYS_read = 0,
  SYS_close = 3,
  SYS_rt_sigprocmask = 14,
  SYS_madvise = 28,
  SYS_wait4 = 61,
  SYS_rt_sigtimedwait = 128,
  SYS_exit_group = 231,
  SYS_ppoll = 271,
  SYS_signalfd4 = 289,
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
  SYS_exit_group = 94,
  SYS_rt_sigprocmask = 135,
  SYS_rt_sigtimedwait = 137,
  SYS_madvise = 233,
  SYS_wait4 = 260,
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
enum { EINTR = 4, EAGAIN = 11 };
enum { AT_NULL = 0, AT_PAGESZ = 6, MADV_DONTNEED = 4 };
enum { PIPE = 3 };
enum { LARGEST_PAGE = 65536 };
enum { STACK = 512 };  // more than any function here takes, with those it calls

static _Noreturn void leave(int status) {
  for (;;) call(SYS_exit_group, status, 0, 0, 0, 0);
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
    polls[0].descriptor = PIPE;
    polls[1].descriptor = signals;
    polls[0].events = polls[1].events = POLLIN;
    if (call(SYS_ppoll, (long)polls, 2, 0, 0, 0) < 0) continue;
    if (polls[1].ready) {
      unsigned information[32];  // struct signalfd_siginfo; its first field is the signal's number
      if (call(SYS_read, signals, (long)information, sizeof information, 0, 0) > 0) handle(information[0]);
    }
    if (polls[0].ready) {
      char byte;
      long count = call(SYS_read, PIPE, (long)&byte, 1, 0, 0);
      if (count == 1) return;
      if (count == 0) leave(0);
      if (count != -EINTR && count != -EAGAIN) leave(1);
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

// Runs on the page of the arguments, which ps shows, and gives back what is touched of the stack below it, `from` to `to`.
__attribute__((used)) static _Noreturn void hold(word from, word to) {
  call(SYS_madvise, (long)from, (long)(to - from), MADV_DONTNEED, 0, 0);
  call(SYS_close, PIPE, 0, 0, 0, 0);
  for (;;) handle(call(SYS_rt_sigtimedwait, (long)&waited, 0, 0, sizeof waited, 0));
}

// `stack` is what the kernel puts there: the arguments' count, the arguments, the environment, the auxiliary vector.
//
// The kernel starts the stack at a random place up to two pages below the arguments, so that a stack kept where it is
// costs one to three pages by chance.
__attribute__((used)) _Noreturn void berth_pause(const word *stack) {
  call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&waited, 0, sizeof waited, 0);
  long signals = call(SYS_signalfd4, -1, (long)&waited, sizeof waited, SFD_NONBLOCK | SFD_CLOEXEC, 0);
  // Started by hand, without a pipe: the lowest free number is the pipe's.
  if (signals < 0 || signals == PIPE) leave(1);
  await_commit((int)signals);
  call(SYS_close, signals, 0, 0, 0, 0);

  word pages = ~(page_size(stack) - 1);
  word top = (stack[0] ? stack[1] : (word)stack) & ~15UL;
  CALL_ON(top, hold, ((word)stack - STACK) & pages, (top - STACK) & pages);
  leave(1);
}
