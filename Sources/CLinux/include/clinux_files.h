#ifndef CLINUX_FILES_H
#define CLINUX_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum clinux_open_how {
  CLINUX_OPEN_PATH,       // O_PATH
  CLINUX_OPEN_WRITE,      // O_WRONLY
  CLINUX_OPEN_DIRECTORY,  // O_RDONLY | O_DIRECTORY
};

// openat2(2) with O_CLOEXEC | O_NOFOLLOW and RESOLVE_NO_SYMLINKS; `beneath` adds RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS.
int clinux_open_without_links(int directory, const char *path, enum clinux_open_how how, bool beneath);

// openat2(2) of a directory right inside another one: ELOOP or ENOTDIR for a symbolic link, EXDEV for a mount point.
int clinux_open_subdirectory(int parent, const char *name);

// fcntl(F_DUPFD_CLOEXEC): a copy of the descriptor with a number of at least `lowest`.
int clinux_duplicate(int descriptor, int lowest);

// setxattr(2) and getxattr(2) of an extended attribute; links are followed.
int clinux_set_attribute(const char *path, const char *name, const char *value);
bool clinux_has_attribute(const char *path, const char *name);

// pipe2(2) with O_CLOEXEC.
int clinux_pipe(int *ends);

// Allocates `count` bytes from `start` on, beyond the end of the file, whose size stays as it is.
int clinux_keep_room(int descriptor, long start, long count);

// True when the descriptor's filesystem is mounted noexec.
bool clinux_mounted_noexec(int descriptor);

// The names in a directory, one call each: opens, reads on and closes (readdir(3) keeps errno apart from the end).
struct clinux_directory;
struct clinux_directory *clinux_directory_open(const char *path);
// Takes over the descriptor, which is closed with the rest; not on failure.
struct clinux_directory *clinux_directory_open_descriptor(int descriptor);
// NULL at the end (errno 0) and on failure (errno set). "." and ".." are left out.
const char *clinux_directory_next(struct clinux_directory *directory, bool *is_directory);
void clinux_directory_close(struct clinux_directory *directory);

#endif
