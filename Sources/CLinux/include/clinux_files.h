#ifndef CLINUX_FILES_H
#define CLINUX_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum clinux_open_how {
  CLINUX_OPEN_PATH,       // O_PATH
  CLINUX_OPEN_READ,       // O_RDONLY
  CLINUX_OPEN_WRITE,      // O_WRONLY
  CLINUX_OPEN_DIRECTORY,  // O_RDONLY | O_DIRECTORY
};

// openat2(2) with O_CLOEXEC | O_NOFOLLOW and RESOLVE_NO_SYMLINKS; `beneath` adds RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS.
int clinux_open_without_links(int directory, const char *path, enum clinux_open_how how, bool beneath);

// open(2) of a path with O_PATH | O_CLOEXEC (symbolic links are followed).
int clinux_open_path(const char *path);

// fcntl(F_DUPFD_CLOEXEC): a copy of the descriptor with a number of at least `lowest`.
int clinux_duplicate(int descriptor, int lowest);

// Writes to a pipe without ever raising SIGPIPE: the signal is blocked and, when this write raised it, consumed.
ssize_t clinux_write_without_sigpipe(int descriptor, const void *bytes, size_t count);

// pipe2(2) with O_CLOEXEC.
int clinux_pipe(int *ends);

// memfd_create(2) with MFD_CLOEXEC.
int clinux_memory_file(const char *name);

// True when the descriptor's filesystem is mounted noexec.
bool clinux_mounted_noexec(int descriptor);

// The names in a directory, one call each: opens, reads on and closes (readdir(3) keeps errno apart from the end).
struct clinux_directory;
struct clinux_directory *clinux_directory_open(const char *path);
// NULL at the end (errno 0) and on failure (errno set). "." and ".." are left out.
const char *clinux_directory_next(struct clinux_directory *directory, bool *is_directory);
void clinux_directory_close(struct clinux_directory *directory);

#endif
