/* SPDX-License-Identifier: MIT */
#include "tracee/thread.h"

#include "base/err.h"

#include <stdlib.h>
#include <utlist.h>

struct thread *threads_find(const struct threads *ts, pid_t tid)
{
	struct thread *t;

	HASH_FIND(hh, ts->by_tid, &tid, sizeof(tid), t);
	return t;
}

struct thread *threads_add(struct threads *ts, pid_t tid)
{
	struct thread *t = xcalloc(1, sizeof(*t));

	t->tid = t->tgid = tid;
	HASH_ADD(hh, ts->by_tid, tid, sizeof(t->tid), t);
	return t;
}

void thread_mapping_settled(struct thread *t)
{
	if (!t->changing)
		return;
	t->changing = false;
	t->space->changing--;
	space_forget(t->space);
}

void thread_set_space(struct thread *t, struct space *space)
{
	thread_mapping_settled(t);
	if (t->space)
		DL_DELETE2(t->space->tasks, t, peer.prev, peer.next);
	space_unref(t->space);
	t->space = space;
	if (space)
		DL_PREPEND2(space->tasks, t, peer.prev, peer.next);
}

void threads_enqueue(struct threads *ts, struct thread *t)
{
	if (t->held.queued)
		return;
	t->held.queued = true;
	DL_APPEND2(ts->queue, t, held.prev, held.next);
}

void threads_dequeue(struct threads *ts, struct thread *t)
{
	if (!t->held.queued)
		return;
	t->held.queued = false;
	DL_DELETE2(ts->queue, t, held.prev, held.next);
}

void threads_set_making(struct threads *ts, struct thread *t, uint64_t since)
{
	if (!t->making_since && since)
		DL_APPEND2(ts->makers, t, maker.prev, maker.next);
	else if (t->making_since && !since)
		DL_DELETE2(ts->makers, t, maker.prev, maker.next);
	t->making_since = since;
}

void threads_set_later(struct threads *ts, struct thread *t, uint64_t at, uint8_t what)
{
	if (!t->later.what && what)
		DL_APPEND2(ts->later, t, later.prev, later.next);
	else if (t->later.what && !what)
		DL_DELETE2(ts->later, t, later.prev, later.next);
	t->later.at = at;
	t->later.what = what;
}

void threads_remove(struct threads *ts, struct thread *t)
{
	thread_set_space(t, NULL);
	threads_dequeue(ts, t);
	threads_set_later(ts, t, 0, 0);
	threads_set_making(ts, t, 0);
	HASH_DEL(ts->by_tid, t);
	free(t);
}

void threads_rename(struct threads *ts, struct thread *t, pid_t tid)
{
	struct thread *old = threads_find(ts, tid);

	if (old == t)
		return;
	if (old)
		threads_remove(ts, old);
	HASH_DEL(ts->by_tid, t);
	t->tid = tid;
	HASH_ADD(hh, ts->by_tid, tid, sizeof(t->tid), t);
}

unsigned threads_count(const struct threads *ts)
{
	return HASH_COUNT(ts->by_tid);
}

void threads_fini(struct threads *ts)
{
	struct thread *t, *next;

	HASH_ITER(hh, ts->by_tid, t, next)
		threads_remove(ts, t);
}
