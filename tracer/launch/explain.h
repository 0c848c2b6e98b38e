/* SPDX-License-Identifier: MIT */
#ifndef ET_LAUNCH_EXPLAIN_H
#define ET_LAUNCH_EXPLAIN_H

#include "base/err.h"

/*
 * Says in one line why execve(path) failed with the given errno, after a look
 * at the file: what it is, and what is missing. Fills err. Returns the exit
 * status that stands for it: 127 when the program was not found, 126 when it
 * cannot be executed.
 */
int explain_exec(const char *path, int error, struct err *err);

#endif
