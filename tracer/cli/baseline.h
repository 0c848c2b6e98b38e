/* SPDX-License-Identifier: MIT */
#ifndef ET_CLI_BASELINE_H
#define ET_CLI_BASELINE_H

#include "base/err.h"
#include "launch/spawn.h"

/*
 * Runs the program once as it is, untraced, for the CPU time that it takes
 * undisturbed. Its output is thrown away; its standard input is the real one
 * where that is a file, which is wound back afterwards, else nothing.
 *
 * Sets *cpu_seconds (user and system, its children included). Returns 0, or
 * the exit status to end with when the program cannot be started, with err
 * filled.
 */
int baseline_run(char *const argv[], const struct inherited *in, double *cpu_seconds, struct err *err);

#endif
