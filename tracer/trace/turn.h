/* SPDX-License-Identifier: MIT */
/*
 * Who goes on, and when. wait4(2) looks at the tracees from the one that was
 * seized last to the first (do_wait(), kernel/exit.c, and __ptrace_link()): a
 * task that stops again as soon as it goes on would keep those behind it from
 * ever being heard, on one CPU at least. So now and then all that have stopped
 * are heard before any goes on: a turn.
 */
#ifndef ET_TRACE_TURN_H
#define ET_TRACE_TURN_H

#include "trace/tracer.h"

/*
 * t stands at a stop that has been handled. It goes on now, or when the turn
 * ends, or when all of its address space stand still where inplace_holds() says
 * so. Of PTRACE_CONT is made PTRACE_SYSCALL where all its entries must stop.
 */
void turn_resume(struct tracer *tr, struct thread *t, enum __ptrace_request how, int sig);

/* t, which waits, goes on. */
void turn_go(struct tracer *tr, struct thread *t);

/* t has stopped, or stopped otherwise while it waited: killed, or made another image. */
void turn_stopped(struct tracer *tr, struct thread *t);

/* Does anyone wait for the turn to end? Then it does when no stop is left to be handled. */
static inline bool turn_open(const struct tracer *tr)
{
	return tr->threads.queue != NULL;
}

void turn_end(struct tracer *tr);

#endif
