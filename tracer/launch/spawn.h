/* SPDX-License-Identifier: MIT */
/*
 * Starting the program. It is the child of the front process, as it would be
 * the child of a shell, and waits at a gate until the tracer has seized it;
 * then it filters itself and becomes the program.
 */
#ifndef ET_LAUNCH_SPAWN_H
#define ET_LAUNCH_SPAWN_H

#include "base/err.h"
#include "launch/filter.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * What entrytrace must change for its own work before it starts the program,
 * and what the program gets back: to wait for children, SIGCHLD must neither
 * be ignored nor blocked, and a parent may have left it so.
 */
struct inherited {
	struct sigaction sigchld;
	sigset_t mask;
};

/* Takes note of both, and makes SIGCHLD what waitpid(2) needs. To be called first of all. */
void inherited_set_aside(struct inherited *in);

struct spawn {
	pid_t pid;
	int gate;   /* write one byte: go on. Closing it instead: give up */
	int ready;  /* one byte can be read once the tracer may seize it */
	int failed; /* spawn_failure() reads it; end of file once the program runs */
};

/*
 * Forks. The program inherits everything that the caller has: environment,
 * descriptors, signal mask and dispositions, limits; so call it before any of
 * them is touched, but for what in says. pass: what its filter lets through.
 * Returns 0 or a negative errno.
 */
int spawn(char *const argv[], const struct inherited *in, const struct filter_pass *pass,
	  struct spawn *out, struct err *err);

/* The same without a filter: the gate is held open by whoever counts it by other means. */
int spawn_gated(char *const argv[], const struct inherited *in, struct spawn *out, struct err *err);

/*
 * The same without filter and gate, for an untraced run that nobody looks at:
 * its output goes to /dev/null, and without keep_input its input comes from
 * there. Of out, only pid and failed are valid.
 */
int spawn_untraced(char *const argv[], const struct inherited *in, bool keep_input, struct spawn *out,
		   struct err *err);

/*
 * Waits until the program runs (returns 0) or has failed to start: returns
 * the exit status to end with (125, 126 or 127) and fills err.
 */
int spawn_failure(const struct spawn *sp, struct err *err);

void spawn_close(struct spawn *sp);

#endif
