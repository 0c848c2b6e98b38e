/* SPDX-License-Identifier: MIT */
/*
 * The front process: what the shell sees. It is the parent of the program and
 * of the tracer, and does what a shell's child must do in the program's place:
 * stop and go on with it, pass on signals that were meant for it, end as it
 * ended. It also shows progress. It never touches the program's memory.
 */
#ifndef ET_CLI_FRONT_H
#define ET_CLI_FRONT_H

#include "cli/witness.h"
#include "trace/shared.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct front {
	pid_t program; /* 0: attached to running ones */
	pid_t tracer;
	struct trace_shared *shared;
	int done;      /* a pipe that the tracer holds open until its report is written */
	double duration; /* seconds, after which to finish; 0: none */
	struct live *live; /* the view; or NULL */
	double interval; /* seconds between summaries; 0: none */
	bool progress; /* show a line while it runs */
	int signals;   /* signalfd of front_listen() */
	sigset_t ignored; /* were so when we were started */
	struct witness witness;
};

/*
 * Takes over the signals that people send. To be called after the program's
 * process is made, which must inherit them as they were, and before it may
 * run: a Ctrl-C from then on is the program's to answer. Returns 0 or a
 * negative errno.
 */
int front_listen(struct front *f, struct err *err);

/*
 * Returns the exit status to end with when the tracer is done; or, when the
 * program was killed by a signal, dies of the same signal.
 */
int front_supervise(struct front *f);

#endif
