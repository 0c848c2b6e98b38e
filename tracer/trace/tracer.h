/* SPDX-License-Identifier: MIT */
/*
 * The tracer: from the first stop to the last count. It runs in a process of
 * its own beside the program, so that nothing else ever interrupts it.
 */
#ifndef ET_TRACE_TRACER_H
#define ET_TRACE_TRACER_H

#include "base/err.h"
#include "count/tally.h"
#include "filter/filter.h"
#include "syscalls/calls.h"
#include "trace/shared.h"
#include "tracee/module.h"
#include "tracee/thread.h"

/* The C library's header first: its enumerators have the names of the kernel's macros. */
#include <stdio.h>
#include <sys/ptrace.h>

#include <linux/ptrace.h>
#include <sys/user.h>
#include <time.h>

/* For every task; those that the tracer started also get PTRACE_O_EXITKILL. */
#define TRACER_OPTIONS \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | \
	 PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP)

/* What prctl(2) would tell of the tracer; trace/disguise.h. */
struct disguise {
	bool filter;
	bool no_new_privs;
};

/* How far a trace has come; it only ever goes forward. */
enum tracer_phase {
	PHASE_STARTING,  /* its program has not begun: nothing is counted */
	PHASE_COUNTING,
	PHASE_FINISHING, /* told to stop: attached programs are being let go, and counted to that moment */
	PHASE_KEEPING,   /* the results are handed over: what is left of the program is only kept alive */
};

struct tracer {
	/* given */
	struct trace_shared *shared;
	bool attached;       /* to running programs, by -p: PTRACE_SYSCALL and no filter */
	struct filter_pass pass; /* what its filter lets through: entries counted in place */
	const char *not_in_kernel; /* why entries are not counted there, though that was wanted; or NULL */
	bool follow_orphans; /* go on after the main program has ended */
	FILE *evidence;      /* gets the evidence of each site's first entry; or NULL */
	/* at each counted entry, with the registers there; site names it until the tally is finished */
	void (*on_entry)(void *ctx, const struct site *site, struct thread *t,
			 const struct user_regs_struct *regs);
	/* n entries of site that did not stop; fewer, if negative */
	void (*on_counted)(void *ctx, const struct site *site, int64_t n);
	void *on_entry_ctx;
	/* the front process asked for a look (enum look, bits) at what was seen so far; the counts are up to date */
	void (*on_look)(void *ctx, unsigned what);
	void *on_look_ctx;
	unsigned plant_after;    /* a program is patched when it has made so many calls through the vDSO */
	uint64_t patch_after;    /* an int 0x80 site counts itself when it has made so many entries */
	uint64_t learn_after;    /* a site's first entries stop, so many of them; UINT64_MAX: all */
	bool ticks;              /* an alarm interrupts the wait now and then: look at the counters then */

	/* the program */
	pid_t main_pid;      /* 0 when attached */
	enum tracer_phase phase;
	struct disguise disguise;
	bool nested_said;    /* that it cannot trace */
	bool own_filters;    /* some task of it has installed a seccomp filter */
	bool main_ended;
	enum exit_kind exit_kind;
	int exit_value;
	double cpu_user, cpu_system; /* seconds */
	struct timespec start, end;
	struct err fault;    /* why the trace cannot go on; code 0 while it can */

	/* what lives now */
	struct threads threads;
	uint64_t makings;    /* calls that make tasks, entered so far: what trace/birth.h calls a time */
	unsigned unclaimed;  /* tasks that wait at their first stop for their maker's event */
	unsigned stops;      /* that others might have waited behind; trace/turn.h */
	timer_t timer;       /* trace/later.h */
	bool timer_made, timer_runs;
	unsigned tick;       /* how often the counters in programs were looked at */

	/* what was seen */
	struct calls calls;
	struct modules modules;
	struct tally tally;
};

/* Takes over pid, which waits at its gate (launch/spawn.h). Returns 0 or a negative errno. */
int tracer_launch(struct tracer *tr, pid_t pid, struct err *err);

/* Takes over every thread of a running process. Returns 0 or a negative errno. */
int tracer_attach(struct tracer *tr, pid_t pid, struct err *err);

/*
 * Runs until the program has ended, or until the front process asks to finish.
 * Returns how many tasks are still alive.
 */
unsigned tracer_run(struct tracer *tr);

/* Counting is over. From here on nothing points into the tally, which is the caller's to finish. */
void tracer_hand_over(struct tracer *tr);

void tracer_init(struct tracer *tr, struct trace_shared *shared);
void tracer_fini(struct tracer *tr);

#endif
