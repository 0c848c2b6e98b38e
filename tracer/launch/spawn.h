/* SPDX-License-Identifier: MIT */
/*
 * Starting the program. It is the child of the front process, as it would be
 * the child of a shell, and waits at a gate until the tracer has seized it;
 * then it filters itself and becomes the program.
 */
#ifndef ET_LAUNCH_SPAWN_H
#define ET_LAUNCH_SPAWN_H

#include "base/err.h"
#include "filter/filter.h"

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
	int *fds; /* open descriptors above 2 */
	size_t nfds;
	int streams[3];              /* what become its standard streams; 0: ours */
	char **environ;              /* the program's environment; NULL: ours */
	const struct identity *user; /* who it is to run as; NULL: who we are */
};

struct identity {
	uid_t uid;
	gid_t gid;
	gid_t groups[256];
	int ngroups;
};

/* Fills out from a user's name or number. Returns 0 or -ENOENT with err filled. */
int identity_find(const char *user, struct identity *out, struct err *err);

/*
 * Takes note of all that, and makes SIGCHLD what waitpid(2) needs. Where one of
 * the standard descriptors is closed, opens /dev/null there until execve, so that
 * no file of ours gets that number. To be called before any file is opened.
 */
void inherited_set_aside(struct inherited *in);

/*
 * Closes what was inherited, when the program has it: a pipe has its end of
 * file, and a lock is given up, when the program lets go of them. keep_output:
 * standard output is still written to.
 */
void inherited_drop(struct inherited *in, bool keep_output);

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
