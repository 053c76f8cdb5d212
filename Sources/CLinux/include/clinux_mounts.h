#ifndef CLINUX_MOUNTS_H
#define CLINUX_MOUNTS_H

#include <stdbool.h>

// mount(2) with MS_BIND, and MS_REC when `recursive`.
int clinux_mount_bind(const char *source, const char *target, bool recursive);
// mount(2) of a tmpfs with nosuid, nodev and noexec; `options` as "size=…,mode=…".
int clinux_mount_tmpfs(const char *target, const char *options, bool read_only);
// Changes the propagation of the mount and those below it.
int clinux_mount_make_shared(const char *target);
int clinux_mount_make_private(const char *target);
// umount2(2) with MNT_DETACH | UMOUNT_NOFOLLOW.
int clinux_mount_detach(const char *target);
// statx(2)'s STATX_ATTR_MOUNT_ROOT of the path itself (a symbolic link is not followed): 1, 0 or -1.
int clinux_mount_is_root(const char *path);
// 1 when the path lies on nsfs, that is, when a namespace is mounted there, else 0 or -1.
int clinux_mount_is_namespace(const char *path);

// Moves the calling thread into a mount namespace of its own that holds nothing but an empty read-only tmpfs.
// The thread no longer shares root and working directory with the process. On failure `step` names the call.
int clinux_mount_enter_empty_namespace(const char **step);

#endif
