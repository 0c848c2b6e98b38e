/* SPDX-License-Identifier: MIT */
/*
 * The loop programs of asm/ as child processes. They live in the library as
 * data and run from a memfd, or from a temporary file where that is denied.
 */
#ifndef ET_LOOPS_LOOPS_H
#define ET_LOOPS_LOOPS_H

#include "base/err.h"
#include "loops/page.h"
#include "model/entry.h"

#include <stdbool.h>
#include <sys/types.h>

enum loops_bits { LOOPS_32, LOOPS_64, LOOPS_PROGRAMS };

struct loops {
	pid_t pid;
	int socket;
	struct loop_page *page; /* shared with the child */
};

struct loops_options {
	int cpu;       /* to pin it to, or -1 */
	uint32_t chain;
	uint32_t nr[3];
	/*
	 * Opens performance counters for the calling thread, in the child before it
	 * execs, and returns a descriptor without close-on-exec, or -1. May be NULL.
	 */
	int (*open_pmu)(void *ctx);
	void *ctx;
};

/*
 * Starts a program and waits until it is ready. On failure returns a negative
 * errno (-ENOEXEC where the kernel runs no such programs) with a clause in err.
 */
int loops_start(struct loops *l, enum loops_bits bits, const struct loops_options *opt, struct err *err);

/*
 * Runs the blocks of the page. -ECHILD when the program died of it, with the
 * signal in *signal; -ETIMEDOUT after two seconds, when it was killed. In both
 * cases loops_stop() is what remains to do.
 */
int loops_run(struct loops *l, uint32_t nblocks, int *signal);

/* The index of the row of that name, -1 if the program has none. */
int loops_row(const struct loops *l, const char *name);

/* Ends and reaps the program. */
void loops_stop(struct loops *l);

/*
 * By which path a call of the 32-bit program through its vDSO enters:
 * PATH_VDSO_SYSENTER, _SYSCALL, _INT80, or PATH_UNKNOWN when there is no vDSO or
 * its code goes nowhere that can be followed.
 */
enum entry_path loops_vdso_path(const struct loop_page *page);

#endif
