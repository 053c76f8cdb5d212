// Kernel interfaces that Swift's Glibc module cannot reach: calls without a wrapper in every C library, variadic
// functions, function-like macros and constants behind _GNU_SOURCE.
//
// Every function returns -1 and sets errno on failure, as system calls do, unless it says otherwise.
#ifndef CLINUX_H
#define CLINUX_H

#include "clinux_events.h"
#include "clinux_files.h"
#include "clinux_isolation.h"
#include "clinux_mounts.h"
#include "clinux_namespaces.h"
#include "clinux_processes.h"
#include "clinux_requirements.h"

#endif
