/* SPDX-License-Identifier: MIT */
/*
 * The tracer's process: traces, then makes the report, and stays behind where
 * the program left processes running. Nothing that a terminal or a shell sends
 * reaches it; the front process is the one who listens.
 */
#ifndef ET_CLI_TRACER_PROCESS_H
#define ET_CLI_TRACER_PROCESS_H

#include "cli/pricing.h"
#include "count/tally.h"
#include "launch/spawn.h"
#include "model/config.h"
#include "model/trace.h"
#include "trace/shared.h"
#include "tracee/module.h"

#include <stdio.h>

struct tracer_process {
	const struct config *cfg;
	struct spawn *program;   /* waits at its gate; NULL when attaching */
	struct trace_shared *shared;
	struct filter_pass pass; /* what the program's filter lets through */
	bool progress;           /* a live line may be shown */
	int done;                /* closed when the report is written */
	FILE *out;
	int snapshot;            /* for the live view; -1: none */
	FILE *save, *evidence;   /* NULL without --save, --record-evidence */
	/* Makes of a finished trace what is to be written; see session.c. Returns 0, EXIT_GATE (all is said), or something else and err. */
	int (*report)(const struct tracer_process *tp, struct trace *trace, struct err *err);
	/* Shows what was seen so far; what: enum look. */
	void (*look)(const struct tracer_process *tp, struct trace *trace, unsigned what);
	const struct pricing *pricing;
	double baseline_cpu;     /* seconds of an untraced run; negative when there was none */
};

/* Moves what was counted into out, with the names of its sites and calls. */
void tracer_process_name(struct tally *tally, struct modules *modules, struct trace *out);

/* Copies it, and counting goes on. what: enum look; names of functions only where that shows them. */
void tracer_process_snapshot(const struct tally *tally, struct modules *modules, unsigned what, struct trace *out);

/* The words of the program that is traced, NULL-terminated; the caller's. */
char **tracer_process_command(const struct tracer_process *tp);

/* Forks it. Returns its pid, or a negative errno with err filled. */
pid_t tracer_process_start(const struct tracer_process *tp, struct err *err);

#endif
