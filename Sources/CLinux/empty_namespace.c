#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CLinux.h"

// Where the thread stands in a chroot, the root of its mount namespace is out of sight: to enter the namespace again moves
// the thread there. Without /proc it stays.
static void leave_chroot(int proc) {
  int namespace = openat(proc, "thread-self/ns/mnt", O_RDONLY | O_CLOEXEC);
  if (namespace < 0) return;
  (void)!setns(namespace, CLONE_NEWNS);
  close(namespace);
}

// Any directory that is there will do as the place for the new root: the old tree is gone in a moment.
static const char *mount_somewhere(void) {
  static const char *const places[] = {"/proc", "/dev", "/sys", "/root", "/run", "/tmp", "/etc", "/usr"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    if (clinux_mount_tmpfs(places[i], "size=4k,nr_inodes=2,mode=0555", true) == 0) return places[i];
    if (errno != ENOENT && errno != ENOTDIR) break;
  }
  return NULL;
}

// Opened by way of a directory that may be out of sight by now; the list is what is mounted below the present root.
static FILE *open_mounts(int proc) {
  int descriptor = openat(proc, "thread-self/mounts", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return NULL;
  FILE *mounts = fdopen(descriptor, "r");
  if (mounts == NULL) close(descriptor);
  return mounts;
}

// Takes away every mount but the root and what lies at `place`. Reading goes on through the list as it was opened; what
// it misses while the list changes comes in the next round.
static void detach_others(FILE *mounts, const char *place) {
  struct mntent entry;
  char buffer[8192];
  for (int again = 1; again;) {
    again = 0;
    rewind(mounts);
    while (getmntent_r(mounts, &entry, buffer, sizeof buffer) != NULL) {
      if (strcmp(entry.mnt_dir, "/") == 0 || strcmp(entry.mnt_dir, place) == 0) continue;
      if (umount2(entry.mnt_dir, MNT_DETACH | UMOUNT_NOFOLLOW) == 0) again = 1;
    }
  }
}

// Makes the mount at the working directory the root of this thread and of its mount namespace, with nothing under it.
static int become_root(int proc, const char *place, const char **step) {
  *step = "pivot_root";
  if (syscall(SYS_pivot_root, ".", ".") == 0) {
    // The old root now lies on top of the new one, at ".".
    *step = "detach the old root";
    return umount2(".", MNT_DETACH);
  }
  if (errno != EINVAL) return -1;
  // An initramfs is no mount that could be put away: the new root is moved over it, as switch_root does.
  FILE *mounts = open_mounts(proc);
  if (mounts != NULL) {
    detach_others(mounts, place);
    endmntent(mounts);
  }
  *step = "move the new root";
  if (mount(".", "/", NULL, MS_MOVE, NULL) != 0) return -1;
  *step = "chroot";
  return chroot(".");
}

static int enter(int proc, const char **step) {
  leave_chroot(proc);
  *step = "make mounts private";
  if (mount("", "/", NULL, MS_PRIVATE | MS_REC, NULL) != 0) return -1;
  *step = "mount an empty tmpfs";
  const char *place = mount_somewhere();
  if (place == NULL) return -1;
  *step = "chdir to the new root";
  if (chdir(place) != 0 || become_root(proc, place, step) != 0) return -1;
  *step = "chdir to /";
  return chdir("/");
}

int clinux_mount_enter_empty_namespace(const char **step) {
  *step = "unshare(CLONE_FS | CLONE_NEWNS)";
  if (unshare(CLONE_FS | CLONE_NEWNS) != 0) return -1;
  int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  int result = enter(proc, step);
  int error = errno;
  if (proc >= 0) close(proc);
  errno = error;
  return result;
}
