/* SPDX-License-Identifier: MIT */
/* A page that the front process and the tracer both map: what one must know of the other. */
#ifndef ET_TRACE_SHARED_H
#define ET_TRACE_SHARED_H

#include "base/err.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

/* include/linux/threads.h, PID_MAX_LIMIT: no process has a higher number. */
#define SHARED_PIDS (4u << 20)

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
	_Atomic unsigned answered;      /* the last value of asked that its loop has come by */
	struct err err;                 /* valid when exit_code is not 0 */

	_Atomic uint64_t began_ns;      /* when counting began, by the monotonic clock; 0: when the tracer did, or not yet */

	_Atomic bool live_ready;        /* a snapshot for the live view is written */

	/* written by both: a progress line stands on the terminal */
	_Atomic bool line_shown;

	/* written by both: the front process asks, the tracer answers and takes the bits away */
	_Atomic unsigned look;          /* enum look: what is to be shown of what was seen so far */

	/* written by the front process */
	_Atomic bool live_on;           /* the live view has the terminal: the report waits */
	_Atomic bool time_over;         /* it was to last so long and no longer */
	_Atomic unsigned finish;        /* stop tracing and report what there is; 2: at once */
	_Atomic unsigned asked;         /* counts questions whether the tracer's loop still runs */
	_Atomic bool watch_terminal;    /* progress is shown as long as the program is silent */

	/* written by the tracer, last since it is large: the numbers of all processes of the program */
	_Atomic uint64_t family[SHARED_PIDS / 64];
};

/* A number is never taken back: a signal may be read when its sender is gone already. */
static inline void shared_note_family(struct trace_shared *shared, pid_t pid)
{
	uint32_t n = (uint32_t)pid;

	if (n < SHARED_PIDS)
		atomic_fetch_or_explicit(&shared->family[n / 64], 1ull << (n % 64), memory_order_relaxed);
}

static inline bool shared_is_family(const struct trace_shared *shared, pid_t pid)
{
	uint32_t n = (uint32_t)pid;

	return n && n < SHARED_PIDS &&
	       (atomic_load_explicit(&shared->family[n / 64], memory_order_relaxed) >> (n % 64) & 1);
}

/* Tells the front process that the tracer still goes round. */
static inline void shared_answer(struct trace_shared *shared)
{
	unsigned asked = atomic_load_explicit(&shared->asked, memory_order_relaxed);

	if (asked != atomic_load_explicit(&shared->answered, memory_order_relaxed))
		atomic_store_explicit(&shared->answered, asked, memory_order_relaxed);
}

/* Wipes the progress line, if it is there, before anything else is written to the terminal. */
static inline void shared_wipe_line(struct trace_shared *shared)
{
	/* Progress is a courtesy: a terminal that is gone takes nothing away. */
	if (atomic_exchange(&shared->line_shown, false) && write(STDERR_FILENO, "\r\033[K", 4) < 0)
		return;
}

#endif
