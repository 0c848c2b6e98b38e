/* SPDX-License-Identifier: MIT */
/* From counting in place to stops at every entry, while the program runs. */
#include "trace/planted.h"

#include "stub/shut.h"
#include "trace/turn.h"

void planted_note_stops(struct tracer *tr, const struct space *space, const char *why)
{
	struct image *image = &tr->tally.images[space->image];

	if (!image->by_stops && !tr->background)
		image->by_stops = xstrdup(why);
}

/* why may lie in what is freed here. */
static void give_up(struct tracer *tr, struct space *space, const char *why)
{
	planted_note_stops(tr, space, why);
	if (!space->planted)
		return;
	space->free_planted(space->planted);
	space->planted = NULL;
}

void planted_shut(struct tracer *tr, struct space *space, const char *why)
{
	space->shut = true;
	give_up(tr, space, why);
}

void planted_trace_every(struct tracer *tr, struct space *space, const char *why)
{
	space->every = true;
	give_up(tr, space, why);
}

void planted_fall(struct thread *t, const char *why)
{
	struct planted *p = t->space->planted;
	struct thread *other, *next;

	if (p->stuck)
		return;
	p->falling = xstrdup(why);
	HASH_ITER(hh, p->tr->threads.by_tid, other, next)
		if (other != t && other->space == t->space && !other->held.how)
			other->interrupted = ptrace(PTRACE_INTERRUPT, other->tid, NULL, NULL) == 0;
}

static bool all_still(const struct tracer *tr, const struct space *space)
{
	struct thread *t, *next;

	HASH_ITER(hh, tr->threads.by_tid, t, next)
		if (t->space == space && !t->held.how && !t->in_vfork)
			return false;
	return true;
}

static void release(struct tracer *tr, struct space *space)
{
	struct thread *t, *next;

	HASH_ITER(hh, tr->threads.by_tid, t, next)
		if (t->space == space && t->held.how)
			turn_go(tr, t);
}

/* The planted code stays, and enters by misses only. */
static void get_stuck(struct tracer *tr, struct space *space)
{
	struct planted *p = space->planted;

	planted_note_stops(tr, space, p->falling);
	free(p->falling);
	p->falling = NULL;
	p->stuck = true;
	p->learns = false;
	stub_freeze(p->image);
	space->every = true;
}

/* One stop per entry instead of two, by another filter, where the process can be given one. */
static bool shut(const struct tracer *tr, struct space *space)
{
	const struct planted *p = space->planted;
	struct thread *t, *next, *caller = threads_find(&tr->threads, p->caller);
	unsigned tasks = 0;

	if (!caller || caller->space != space || !caller->held.how || space->image64)
		return false;
	HASH_ITER(hh, tr->threads.by_tid, t, next) {
		if (t->space != space)
			continue;
		/* A filter is a process's, not an address space's. */
		if (t->tgid != caller->tgid)
			return false;
		tasks++;
	}
	return stub_shut_running(caller->tid, space, tasks > 1) == 0;
}

void inplace_recheck(struct tracer *tr, struct space *space)
{
	struct planted *p = space->planted;
	struct thread *t, *next, *any = NULL;

	if (!p || !p->falling || !all_still(tr, space))
		return;
	HASH_ITER(hh, tr->threads.by_tid, t, next) {
		if (t->space != space || !t->held.how)
			continue;
		inplace_hide(t);
		any = t;
	}
	if (any && p->image && stub_lift(p->image, any->tid) != 0)
		get_stuck(tr, space);
	else if (shut(tr, space))
		planted_shut(tr, space, p->falling);
	else
		planted_trace_every(tr, space, p->falling);
	release(tr, space);
}

bool inplace_holds(const struct thread *t)
{
	const struct planted *p = planted_of(t);

	return p && p->falling;
}
