/* SPDX-License-Identifier: MIT */
#include "trace/turn.h"

#include "trace/inplace.h"

/* A turn costs one wait4() more: one in so many stops is not felt, and nobody starves. */
enum { STOPS_PER_TURN = 8 };

void turn_go(struct tracer *tr, struct thread *t)
{
	enum __ptrace_request how = (enum __ptrace_request)t->held.how;

	threads_dequeue(&tr->threads, t);
	t->held.how = 0;
	t->at_entry = false;
	if (how == PTRACE_CONT && tr->attached)
		how = PTRACE_SYSCALL;
	/* ESRCH is no error: the task was killed, and wait4() will say so. */
	ptrace(how, t->tid, NULL, (long)t->held.sig);
}

void turn_stopped(struct tracer *tr, struct thread *t)
{
	threads_dequeue(&tr->threads, t);
	t->held.how = 0;
	t->handling = true;
}

void turn_resume(struct tracer *tr, struct thread *t, enum __ptrace_request how, int sig)
{
	t->held.how = how;
	t->held.sig = sig;
	t->handling = false;
	if (inplace_holds(t))
		inplace_recheck(t->space);
	else if (turn_open(tr) || (threads_count(&tr->threads) > 1 && ++tr->stops % STOPS_PER_TURN == 0))
		threads_enqueue(&tr->threads, t);
	else
		turn_go(tr, t);
}

void turn_end(struct tracer *tr)
{
	while (turn_open(tr)) {
		struct thread *t = tr->threads.queue;

		if (inplace_holds(t))
			threads_dequeue(&tr->threads, t);
		else
			turn_go(tr, t);
	}
}
