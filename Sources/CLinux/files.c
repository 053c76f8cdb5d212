#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "CLinux.h"

int clinux_open_without_links(int directory, const char *path, enum clinux_open_how how, bool beneath) {
  static const uint64_t modes[] = {
      [CLINUX_OPEN_PATH] = O_PATH,
      [CLINUX_OPEN_WRITE] = O_WRONLY,
      [CLINUX_OPEN_DIRECTORY] = O_RDONLY | O_DIRECTORY,
  };
  struct open_how arguments = {
      .flags = modes[how] | O_CLOEXEC | O_NOFOLLOW,
      .resolve = RESOLVE_NO_SYMLINKS | (beneath ? RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS : 0),
  };
  return (int)syscall(SYS_openat2, directory, path, &arguments, sizeof arguments);
}

int clinux_open_subdirectory(int parent, const char *name) {
  struct open_how arguments = {
      .flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
      .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV | RESOLVE_BENEATH,
  };
  return (int)syscall(SYS_openat2, parent, name, &arguments, sizeof arguments);
}

int clinux_duplicate(int descriptor, int lowest) { return fcntl(descriptor, F_DUPFD_CLOEXEC, lowest); }

int clinux_set_attribute(const char *path, const char *name, const char *value) {
  return setxattr(path, name, value, strlen(value), 0);
}

bool clinux_has_attribute(const char *path, const char *name) { return getxattr(path, name, NULL, 0) >= 0; }

int clinux_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }

int clinux_keep_room(int descriptor, long start, long count) {
  return fallocate(descriptor, FALLOC_FL_KEEP_SIZE, start, count);
}

bool clinux_mounted_noexec(int descriptor) {
  struct statfs information;
  return fstatfs(descriptor, &information) == 0 && (information.f_flags & 0x0008 /* ST_NOEXEC */) != 0;
}

struct clinux_directory {
  DIR *stream;
};

struct clinux_directory *clinux_directory_open_descriptor(int descriptor) {
  struct clinux_directory *directory = malloc(sizeof *directory);
  if (directory == NULL) return NULL;
  directory->stream = fdopendir(descriptor);
  if (directory->stream != NULL) return directory;
  int error = errno;
  free(directory);
  errno = error;
  return NULL;
}

struct clinux_directory *clinux_directory_open(const char *path) {
  int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return NULL;
  struct clinux_directory *directory = clinux_directory_open_descriptor(descriptor);
  if (directory == NULL) {
    int error = errno;
    close(descriptor);
    errno = error;
  }
  return directory;
}

const char *clinux_directory_next(struct clinux_directory *directory, bool *is_directory) {
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir(directory->stream);
    if (entry == NULL) return NULL;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (entry->d_type == DT_UNKNOWN) {
      struct stat information;
      *is_directory =
          fstatat(dirfd(directory->stream), entry->d_name, &information, AT_SYMLINK_NOFOLLOW) == 0 &&
          S_ISDIR(information.st_mode);
    } else {
      *is_directory = entry->d_type == DT_DIR;
    }
    return entry->d_name;
  }
}

void clinux_directory_close(struct clinux_directory *directory) {
  closedir(directory->stream);
  free(directory);
}
