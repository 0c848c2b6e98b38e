/* SPDX-License-Identifier: MIT */
/* The live line: how far the trace is, on a terminal that the program leaves alone. */
#ifndef ET_CLI_PROGRESS_H
#define ET_CLI_PROGRESS_H

#include "trace/shared.h"

#include <stdbool.h>
#include <stdint.h>

struct progress_line {
	uint64_t started_ns, last_ns, last_entries;
};

void progress_init(struct progress_line *p);

/* Draws the line anew, once the run has lasted for a while. */
void progress_tick(struct progress_line *p, struct trace_shared *shared);

#endif
