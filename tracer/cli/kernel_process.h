/* SPDX-License-Identifier: MIT */
/* The tracer's process under --count=kernel: nothing is traced; the kernel counts, and is asked. */
#ifndef ET_CLI_KERNEL_PROCESS_H
#define ET_CLI_KERNEL_PROCESS_H

#include "cli/tracer_process.h"

/* Is that what the user asked for, or would like best: attached, and with nothing that needs a stop? */
bool kernel_process_wanted(const struct tracer_process *tp);

#define KERNEL_PROCESS_NOT_HERE (-1)

/*
 * Counts until the program ends, or until it is asked to finish; reports. Returns the
 * exit status; KERNEL_PROCESS_NOT_HERE, with a clause in *why_not that is the
 * caller's, where the user left the choice and it cannot be done here.
 */
int kernel_process(const struct tracer_process *tp, char **why_not);

#endif
