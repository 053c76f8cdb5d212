#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CLinux.h"

int clinux_mount_bind(const char *source, const char *target, bool recursive) {
  return mount(source, target, NULL, MS_BIND | (recursive ? MS_REC : 0), NULL);
}

int clinux_mount_tmpfs(const char *target, const char *options, bool read_only) {
  return mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | (read_only ? MS_RDONLY : 0), options);
}

int clinux_mount_make_shared(const char *target) { return mount("", target, NULL, MS_SHARED | MS_REC, NULL); }

int clinux_mount_make_private(const char *target) { return mount("", target, NULL, MS_PRIVATE | MS_REC, NULL); }

int clinux_mount_detach(const char *target) { return umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW); }

int clinux_mount_is_root(const char *path) {
  struct statx information;
  if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &information) != 0) return -1;
  return (information.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

int clinux_mount_is_namespace(const char *path) {
  struct statfs information;
  if (statfs(path, &information) != 0) return -1;
  return information.f_type == NSFS_MAGIC;
}
