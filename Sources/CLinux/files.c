#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "CLinux.h"

int clinux_open_without_links(int directory, const char *path, enum clinux_open_how how, bool beneath) {
  static const uint64_t modes[] = {
      [CLINUX_OPEN_PATH] = O_PATH,
      [CLINUX_OPEN_READ] = O_RDONLY,
      [CLINUX_OPEN_WRITE] = O_WRONLY,
      [CLINUX_OPEN_DIRECTORY] = O_RDONLY | O_DIRECTORY,
  };
  struct open_how arguments = {
      .flags = modes[how] | O_CLOEXEC | O_NOFOLLOW,
      .resolve = RESOLVE_NO_SYMLINKS | (beneath ? RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS : 0),
  };
  return (int)syscall(SYS_openat2, directory, path, &arguments, sizeof arguments);
}

int clinux_open_path(const char *path) { return open(path, O_PATH | O_CLOEXEC); }

int clinux_duplicate(int descriptor, int lowest) { return fcntl(descriptor, F_DUPFD_CLOEXEC, lowest); }

ssize_t clinux_write_without_sigpipe(int descriptor, const void *bytes, size_t count) {
  sigset_t pipe_signal, before, pending;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigpending(&pending);
  bool was_pending = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  ssize_t written = write(descriptor, bytes, count);
  int error = errno;
  if (written < 0 && error == EPIPE && !was_pending) {
    const struct timespec at_once = {0};
    while (sigtimedwait(&pipe_signal, NULL, &at_once) < 0 && errno == EINTR) continue;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = error;
  return written;
}

int clinux_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }

int clinux_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

bool clinux_mounted_noexec(int descriptor) {
  struct statfs information;
  return fstatfs(descriptor, &information) == 0 && (information.f_flags & 0x0008 /* ST_NOEXEC */) != 0;
}

struct clinux_directory {
  DIR *stream;
};

struct clinux_directory *clinux_directory_open(const char *path) {
  DIR *stream = opendir(path);
  if (stream == NULL) return NULL;
  struct clinux_directory *directory = malloc(sizeof *directory);
  if (directory == NULL) {
    closedir(stream);
    errno = ENOMEM;
    return NULL;
  }
  directory->stream = stream;
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
