/* SPDX-License-Identifier: MIT */
/* A page that the front process and the tracer both map: what one must know of the other. */
#ifndef ET_TRACE_SHARED_H
#define ET_TRACE_SHARED_H

#include "base/err.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

enum tracer_state {
	TRACER_STARTING,
	TRACER_RUNNING,
	TRACER_REPORTING,
	TRACER_DONE, /* the report is written; the tracer may go on in the background */
};

enum look {
	LOOK_SUMMARY = 1 << 0, /* how many entries by which paths */
	LOOK_REPORT = 1 << 1,  /* a whole report */
	LOOK_LIVE = 1 << 2,    /* for the live view */
};

struct trace_shared {
	/* written by the tracer */
	_Atomic uint32_t state;         /* enum tracer_state */
	_Atomic uint64_t entries;
	_Atomic uint32_t tasks;         /* alive now */
	_Atomic bool program_wrote;     /* the program itself has written to the terminal */
	_Atomic bool main_ended;
	_Atomic int exit_code;          /* what entrytrace's own part ended with: 0 or 125 */
	_Atomic uint64_t seen_ns[65];   /* CLOCK_MONOTONIC when the program was last sent this signal */
	struct err err;                 /* valid when exit_code is not 0 */

	/* written by both: a progress line stands on the terminal */
	_Atomic bool line_shown;

	/* written by both: the front process asks, the tracer answers and takes the bits away */
	_Atomic unsigned look;          /* enum look: what is to be shown of what was seen so far */

	/* written by the front process */
	_Atomic bool time_over;         /* it was to last so long and no longer */
	_Atomic unsigned finish;        /* stop tracing and report what there is; 2: at once */
	_Atomic bool watch_terminal;    /* progress is shown as long as the program is silent */
};

/* Wipes the progress line, if it is there, before anything else is written to the terminal. */
static inline void shared_wipe_line(struct trace_shared *shared)
{
	/* Progress is a courtesy: a terminal that is gone takes nothing away. */
	if (atomic_exchange(&shared->line_shown, false) && write(STDERR_FILENO, "\r\033[K", 4) < 0)
		return;
}

#endif
