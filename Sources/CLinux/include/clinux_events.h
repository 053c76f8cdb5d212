#ifndef CLINUX_EVENTS_H
#define CLINUX_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

// eventfd(2) with EFD_CLOEXEC | EFD_NONBLOCK, at zero.
int clinux_event_create(void);
// Adds one to the counter. A full counter (EAGAIN) is success: the descriptor is readable already.
int clinux_event_signal(int event);
// Resets the counter. A zero counter is success.
int clinux_event_clear(int event);

int clinux_epoll_create(void);
// Waits for the descriptor to become readable (EPOLLIN, and EPOLLONESHOT where `once`); `token` comes back from
// clinux_epoll_wait.
int clinux_epoll_add(int epoll, int descriptor, uint64_t token, bool once);
int clinux_epoll_remove(int epoll, int descriptor);
// Waits for so many milliseconds (-1: for ever); the number of tokens written, at most `capacity` and 64.
int clinux_epoll_wait(int epoll, uint64_t *tokens, int capacity, int timeout);

#endif
