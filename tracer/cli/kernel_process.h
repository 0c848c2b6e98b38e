/* SPDX-License-Identifier: MIT */
/* The tracer's process under --count=kernel: nothing is traced; the kernel counts, and is asked. */
#ifndef ET_CLI_KERNEL_PROCESS_H
#define ET_CLI_KERNEL_PROCESS_H

#include "cli/tracer_process.h"

/* Counts until the program ends, or until it is asked to finish; reports. Returns the exit status. */
int kernel_process(const struct tracer_process *tp);

#endif
