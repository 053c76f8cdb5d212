#define _GNU_SOURCE
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CLinux.h"

int clinux_enter_network_namespace(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

int clinux_new_network_namespace(void) { return unshare(CLONE_NEWNET); }

int clinux_new_private_mount_namespace(void) {
  if (unshare(CLONE_FS | CLONE_NEWNS) != 0) return -1;
  return mount("", "/", NULL, MS_PRIVATE | MS_REC, NULL);
}

int clinux_enter_process_namespaces(int pidfd, bool network, bool ipc, bool uts, bool pid) {
  return setns(pidfd, (network ? CLONE_NEWNET : 0) | (ipc ? CLONE_NEWIPC : 0) | (uts ? CLONE_NEWUTS : 0) |
                          (pid ? CLONE_NEWPID : 0));
}

int clinux_set_thread_user(unsigned user) { return (int)syscall(SYS_setresuid, -1, user, -1); }
