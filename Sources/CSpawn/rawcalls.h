// System calls without a C library: the child shares memory, and with it errno and every lock, with its parent.
#ifndef CSPAWN_RAWCALLS_H
#define CSPAWN_RAWCALLS_H

#if defined(__clang__)
#define UNINSTRUMENTED                                                                                    \
  __attribute__((disable_sanitizer_instrumentation, no_stack_protector, no_profile_instrument_function, \
                 no_sanitize("address", "thread", "memory", "undefined", "coverage"), noinline))
#else
#define UNINSTRUMENTED __attribute__((no_stack_protector, noinline))
#endif

#if defined(__x86_64__)

static inline __attribute__((always_inline)) long rawcall(
    long number, long a, long b, long c, long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

static inline __attribute__((always_inline)) long rawcall(
    long number, long a, long b, long c, long d, long e) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory", "cc");
  return x0;
}

#else
#error "berth runs on x86-64 and arm64"
#endif

#endif
