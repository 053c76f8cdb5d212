#ifndef CLINUX_NAMESPACES_H
#define CLINUX_NAMESPACES_H

#include <stdbool.h>

// setns(2) and unshare(2) change the calling thread only: never call them on a thread of a pool.
int clinux_enter_network_namespace(int descriptor);
int clinux_new_network_namespace(void);
// A mount namespace of its own whose mounts are private, and a root and working directory of its own.
int clinux_new_private_mount_namespace(void);
// setns(2) with a pidfd: the process' network, IPC and UTS namespaces, as chosen.
int clinux_enter_process_namespaces(int pidfd, bool network, bool ipc, bool uts, bool pid);
// setresuid(2) of the effective user, for the calling thread alone: the C library's changes the whole process.
int clinux_set_thread_user(unsigned user);

#endif
