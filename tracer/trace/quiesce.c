/* SPDX-License-Identifier: MIT */
/* Changes of mode: bringing the tasks of an address space to a stand, and what is done then. */
#include "trace/inplace_internal.h"

#include "trace/turn.h"
#include "tracee/procfs.h"

#include <utlist.h>

/*
 * A site of two bytes can be patched while others sleep in the kernel, if it is
 * written at once: aligned words are (AMD APM volume 2, 7.6.1).
 */
static bool sleepers_may_stay(const struct inplace *in)
{
	return in->mode == MODE_ADDING && in->want.ip && (in->want.ip - 2) % 8 != 7;
}

static bool stands(const struct inplace *in, const struct thread *t)
{
	char state;

	if (t->held.how || t->in_vfork)
		return true;
	if (!sleepers_may_stay(in))
		return false;
	state = procfs_state(t->tid);
	return state == 'S' || state == 'D';
}

static bool all_stand(const struct inplace *in, struct space *space)
{
	struct thread *t, *next;

	DL_FOREACH_SAFE2(space->tasks, t, next, peer.next)
		if (!stands(in, t)) {
			/* Asked again soon, and mostly for the same one: it is the first to be looked at. */
			DL_DELETE2(space->tasks, t, peer.prev, peer.next);
			DL_PREPEND2(space->tasks, t, peer.prev, peer.next);
			return false;
		}
	return true;
}

static void quiesce(struct inplace *in, const struct space *space)
{
	struct thread *t, *next;

	DL_FOREACH_SAFE2(space->tasks, t, next, peer.next)
		/* One that has stopped already will be heard; asked again, it would stop twice. */
		if (!t->handling && !stands(in, t) && procfs_state(t->tid) != 't')
			t->interrupted = ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL) == 0;
}

static void release(struct tracer *tr, struct space *space)
{
	struct thread *t, *next;

	DL_FOREACH_SAFE2(space->tasks, t, next, peer.next)
		if (t->held.how)
			turn_go(tr, t);
}

void inplace_event(struct space *space, enum mode_event event)
{
	struct inplace *in = space->inplace;

	for (;;) {
		struct mode_step step = mode_step(in->mode, event);

		in->mode = step.to;
		switch (step.action) {
		case MODE_NOTHING:
			return;
		case MODE_QUIESCE:
			quiesce(in, space);
			return;
		case MODE_RELEASE:
			if (in->mode == MODE_CLOSED || in->mode == MODE_STUCK)
				inplace_note_stops(in, space);
			release(in->tr, space);
			return;
		case MODE_PATCH:
			event = inplace_patch(space);
			break;
		case MODE_LIFT:
			event = inplace_lift(space);
			break;
		}
	}
}

void inplace_refuse(struct space *space, const char *why)
{
	struct inplace *in = space->inplace;

	if (!in || in->mode == MODE_CLOSED || in->mode == MODE_STUCK)
		return;
	in->why = why;
	inplace_event(space, MODE_REFUSED);
	if (in->mode == MODE_CLOSED)
		inplace_note_stops(in, space);
}

void inplace_recheck(struct space *space)
{
	struct inplace *in = space->inplace;

	if (in && mode_holds(in->mode) && all_stand(in, space))
		inplace_event(space, MODE_STAND);
}

bool inplace_holds(const struct thread *t)
{
	const struct inplace *in = inplace_of(t);

	return in && mode_holds(in->mode);
}
