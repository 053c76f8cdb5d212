#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
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

int clinux_epoll_add(int epoll, int descriptor, uint64_t token) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.u64 = token};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int clinux_epoll_remove(int epoll, int descriptor) { return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL); }

int clinux_epoll_wait(int epoll, uint64_t *tokens, int capacity) {
  struct epoll_event events[64];
  int count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, -1);
  for (int i = 0; i < count; i++) tokens[i] = events[i].data.u64;
  return count;
}

int clinux_poll(const int *descriptors, int count, int timeout, uint8_t *ready) {
  struct pollfd few[16];
  struct pollfd *entries = count <= 16 ? few : calloc((size_t)count, sizeof *entries);
  if (entries == NULL) {
    errno = ENOMEM;
    return -1;
  }
  for (int i = 0; i < count; i++) entries[i] = (struct pollfd){.fd = descriptors[i], .events = POLLIN};
  int result = poll(entries, (nfds_t)count, timeout);
  int error = errno;
  for (int i = 0; i < count; i++) ready[i] = result > 0 && entries[i].revents != 0;
  if (entries != few) free(entries);
  errno = error;
  return result;
}
