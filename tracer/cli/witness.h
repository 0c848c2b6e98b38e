/* SPDX-License-Identifier: MIT */
/*
 * The witness: a small process beside the front process, in the same process
 * group, that does nothing by itself. Whether a signal was meant for the front
 * process alone or for its whole group cannot be told from the signal; but the
 * witness gets the latter too. It also wakes the front process up again when
 * that has stopped along with the program and only the program was continued.
 */
#ifndef ET_CLI_WITNESS_H
#define ET_CLI_WITNESS_H

#include "base/err.h"
#include "base/helper.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct witness {
	struct helper helper;
	uint32_t got[65]; /* how often it got each signal, as far as not asked for yet */
};

/* Without one, no signal is known to be the group's. */
void witness_init(struct witness *w);

/* Returns 0 or a negative errno. */
int witness_start(struct witness *w, struct err *err);

/* Did it get this signal too, since it was last asked for it? */
bool witness_got(struct witness *w, int sig);

/* The caller is about to stop itself: it is sent SIGCONT once the program runs again. */
void witness_watch(struct witness *w, pid_t program);
void witness_unwatch(struct witness *w);

/* Is this the number of the witness? */
bool witness_is(const struct witness *w, pid_t pid);

void witness_end(struct witness *w);

#endif
