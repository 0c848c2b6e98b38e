/* SPDX-License-Identifier: MIT */
/* Names and numbers of system calls, from libseccomp's tables. */
#ifndef ET_SYSCALLS_NAMES_H
#define ET_SYSCALLS_NAMES_H

#include "model/entry.h"

#include <stdint.h>

/* The name of a call; NULL when the table has no such number. Caller frees. */
char *syscall_name(enum abi abi, int64_t nr);

/* The number of a call; -1 when the table has no such name. */
int syscall_number(enum abi abi, const char *name);

#endif
