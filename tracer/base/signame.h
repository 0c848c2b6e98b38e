/* SPDX-License-Identifier: MIT */
/* Signals by name, as kill -l and signal(7) write them: "SIGSEGV", "SIGRTMIN+3". */
#ifndef ET_BASE_SIGNAME_H
#define ET_BASE_SIGNAME_H

#include <stddef.h>

/* Writes the name into out and returns it; "signal 99" for what is no signal. */
const char *signame(int sig, char *out, size_t size);

/* Returns 0 when there is no such signal. */
int signame_find(const char *name);

#endif
