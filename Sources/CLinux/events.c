#define _GNU_SOURCE
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "CLinux.h"

int clinux_event_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int clinux_event_signal(int event) {
  const uint64_t one = 1;
  ssize_t written;
  do written = write(event, &one, sizeof one);
  while (written < 0 && errno == EINTR);
  return written < 0 && errno != EAGAIN ? -1 : 0;
}

int clinux_event_clear(int event) {
  uint64_t count;
  ssize_t got;
  do got = read(event, &count, sizeof count);
  while (got < 0 && errno == EINTR);
  return got < 0 && errno != EAGAIN ? -1 : 0;
}

int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int clinux_epoll_add(int epoll, int descriptor, uint64_t token, bool once) {
  struct epoll_event event = {.events = EPOLLIN | (once ? EPOLLONESHOT : 0), .data.u64 = token};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int clinux_epoll_remove(int epoll, int descriptor) { return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL); }

int clinux_epoll_wait(int epoll, uint64_t *tokens, int capacity, int timeout) {
  struct epoll_event events[64];
  int count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, timeout);
  for (int i = 0; i < count; i++) tokens[i] = events[i].data.u64;
  return count;
}
