/* SPDX-License-Identifier: MIT */
#include "trace/inplace_internal.h"

#include "base/vec.h"
#include "decode/insn.h"
#include "trace/stop.h"
#include "tracee/memory.h"
#include "tracee/procfs.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <unistd.h>
#include <utlist.h>

/* ---- counts ---- */

static void add_count(void *ctx, void *counter, uint32_t nr, int64_t n)
{
	struct tracer *tr = ctx;
	struct tally_site *site = counter;

	/* More taken back than there is: only where the program has written into the counters. */
	if (n < 0 && (uint64_t)-n > site->site.entries)
		return;
	tally_count(&tr->tally, site, ABI_I386, (int32_t)nr, n);
	if (site->site.path == PATH_INT80 && !call_never_sleeps(&tr->calls, (int32_t)nr))
		tr->tally.images[site->site.image].rerouted += (uint64_t)n;
	if (tr->on_counted)
		tr->on_counted(tr->on_entry_ctx, &site->site, n);
}

static void drain(struct inplace *in)
{
	struct tracer *tr = in->tr;
	unsigned strange;

	if (!in->patch || tr->phase == PHASE_KEEPING)
		return;
	strange = patch_drain(in->patch, add_count, tr);
	if (strange)
		tally_blind(&tr->tally, "counters-overwritten", strange,
			    "counters in the program that something else has written to: the program's entries may be more or fewer than counted");
}

static void inplace_free(struct inplace *in)
{
	drain(in);
	patch_free(in->patch);
	free(in->refused);
	free(in);
}

void inplace_note_stops(struct inplace *in, const struct space *space)
{
	struct image *image = &in->tr->tally.images[space->image];

	if (in->why && !image->by_stops && in->tr->phase != PHASE_KEEPING)
		image->by_stops = xstrdup(in->why);
}

static void note_in_place(const struct inplace *in, const struct space *space)
{
	if (in->tr->phase != PHASE_KEEPING)
		in->tr->tally.images[space->image].in_place++;
}

void inplace_collect(struct tracer *tr)
{
	struct thread *t, *next;

	tr->tick++;
	HASH_ITER(hh, tr->threads.by_tid, t, next) {
		struct inplace *in = inplace_of(t);

		if (!in || in->tick == tr->tick)
			continue;
		in->tick = tr->tick;
		drain(in);
	}
	atomic_store_explicit(&tr->shared->entries, tr->tally.entries, memory_order_relaxed);
}

void inplace_tick(struct tracer *tr)
{
	struct thread *t, *next;

	inplace_collect(tr);
	if (!tr->on_counted)
		return;
	/* The next entry of each site stops, and gives a stack for all of them. */
	HASH_ITER(hh, tr->threads.by_tid, t, next) {
		struct inplace *in = inplace_of(t);

		if (in && in->patch)
			patch_switch_off(in->patch, 0, UINT64_MAX);
	}
}

/* ---- birth ---- */

void inplace_disown(struct space *space)
{
	if (space->inplace && space->inplace->patch)
		patch_disown(space->inplace->patch);
	if (space->inplace)
		space->inplace->want.counter = NULL;
}

static struct inplace *inplace_new(struct tracer *tr, struct space *space)
{
	struct inplace *in = xcalloc(1, sizeof(*in));

	in->tr = tr;
	in->born = true;
	space->inplace = in;
	space->free_inplace = inplace_free;
	return in;
}

void inplace_exec(struct tracer *tr, struct thread *t)
{
	if (tr->pass.secret && !t->space->image64 && tr->phase != PHASE_KEEPING)
		inplace_new(tr, t->space);
}

void inplace_copied(const struct space *from, struct space *to)
{
	const struct inplace *in = from->inplace;
	struct inplace *copy;

	if (!in)
		return;
	copy = inplace_new(in->tr, to);
	copy->born = false;
	copy->why = in->why;
	copy->any_code = in->any_code;
	copy->segments = in->segments;
	copy->yields = in->yields;
	copy->timed_counted = in->timed_counted;
	copy->mode = in->mode;
	if (in->mode == MODE_PATCHING)
		copy->mode = MODE_STOPS;
	else if (in->mode == MODE_ADDING)
		copy->mode = MODE_PATCHED;
	copy->lift_at_birth = in->mode == MODE_YIELDING || in->mode == MODE_CLOSING;
	if (in->patch)
		copy->patch = patch_copy(in->patch);
}

void inplace_born(struct thread *t)
{
	struct inplace *in = inplace_of(t);

	if (!in || in->born)
		return;
	in->born = true;
	if (in->lift_at_birth)
		inplace_event(t->space, MODE_STAND);
	else if (in->mode == MODE_PATCHED)
		note_in_place(in, t->space);
}

/* ---- patching ---- */

/* More filters than ours, and those that we were started under (Linux 5.9 counts them). */
static bool filters_itself(const struct tracer *tr, pid_t pid)
{
	uint64_t there = 0, here = 0;

	if (!tr->own_filters)
		return false;
	if (!procfs_status(pid, "Seccomp_filters", 10, &there) ||
	    !procfs_status(getpid(), "Seccomp_filters", 10, &here))
		return true;
	return there > here + 1;
}

/* From now on changes of the code in the snapshot of the maps stop. */
static void mark_code(struct inplace *in, const struct maps *maps)
{
	if (!in->patch || in->marked == maps)
		return;
	in->marked = maps;
	for (size_t i = 0; maps && i < maps->n; i++)
		if (maps->list[i].exec)
			patch_mark_code(in->patch, maps->list[i].start, maps->list[i].end);
}

void inplace_located(const struct thread *t)
{
	struct inplace *in = inplace_of(t);

	if (in)
		mark_code(in, t->space->maps);
}

static enum mode_event apply(struct inplace *in, struct space *space)
{
	pid_t tid = in->want.tid;
	struct thread *t, *next;

	in->why = "it runs under a seccomp filter of its own";
	if (filters_itself(in->tr, tid))
		return MODE_FAILED;
	in->patch = patch_apply(tid, space, in->tr->pass.secret, &in->why);
	if (!in->patch)
		return in->why ? MODE_FAILED : MODE_GONE;
	in->why = patch_no_vdso(in->patch);
	if (in->why)
		inplace_note_stops(in, space);
	in->any_code = procfs_personality(tid) & READ_IMPLIES_EXEC;
	space->vdso_patched = !patch_no_vdso(in->patch);
	in->marked = NULL;
	mark_code(in, space_maps_now(space, tid));
	note_in_place(in, space);
	/* A task's end matters where it may die between its count and its entry. */
	DL_FOREACH_SAFE2(space->tasks, t, next, peer.next)
		if (t->held.how)
			ptrace(PTRACE_SETOPTIONS, t->tid, NULL,
			       (long)(TRACER_OPTIONS | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT));
	return MODE_DONE;
}

/* Tasks that stand where the jump to the code is now go on in its copy. */
static void resume_all(struct inplace *in, const struct space *space)
{
	struct thread *t, *next;

	DL_FOREACH_SAFE2(space->tasks, t, next, peer.next) {
		struct user_regs_struct regs;
		uint32_t ip;

		if (!t->held.how || tracee_get_regs(t->tid, &regs) != 0)
			continue;
		ip = code_resume(patch_layout(in->patch), (uint32_t)regs.rip);
		if (regs.rip > UINT32_MAX || ip == regs.rip)
			continue;
		regs.rip = ip;
		tracee_set_regs(t->tid, &regs);
	}
}

enum mode_event inplace_patch(struct space *space)
{
	struct inplace *in = space->inplace;
	struct wanted *w = &in->want;
	const struct thread *t = threads_find(&in->tr->threads, w->tid);
	const char *why;
	int rc;

	if (!t || t->space != space || !t->held.how || !t->at_entry)
		return MODE_GONE;
	if (!in->patch) {
		enum mode_event applied = apply(in, space);

		if (applied != MODE_DONE)
			return applied;
		resume_all(in, space);
	}
	if (w->ip && !patch_is_site(in->patch, w->ip)) {
		rc = patch_site(in->patch, w->tid, space, w->ip, w->nr, &why);
		if (rc == -ESRCH)
			return MODE_DONE;
		if (rc < 0) {
			*vec_push(in->refused, in->nrefused) = w->ip;
			return MODE_DONE;
		}
	}
	if (w->rule && w->rule != FREE_SIXTH_POINTER)
		patch_insert(in->patch, w->ret, w->nr, w->rule, w->counter);
	return MODE_DONE;
}

/* By a task that can make calls. Where there is none, the memory stays, and harms nobody. */
static void unmap(struct inplace *in, const struct space *space)
{
	struct thread *t, *next;
	struct user_regs_struct regs;

	DL_FOREACH_SAFE2(space->tasks, t, next, peer.next)
		if (t->held.how && t->at_entry && tracee_get_regs(t->tid, &regs) == 0 &&
		    regs.cs == FLAT_CODE) {
			patch_unmap(in->patch, t->tid);
			return;
		}
}

enum mode_event inplace_lift(struct space *space)
{
	struct inplace *in = space->inplace;
	struct thread *t, *next, *any = NULL;

	DL_FOREACH_SAFE2(space->tasks, t, next, peer.next) {
		if (!t->held.how && !t->handling && space->refs > 1)
			continue;
		inplace_hide(t);
		any = t;
	}
	if (any && patch_lift(in->patch, any->tid) != 0) {
		patch_freeze(in->patch);
		return MODE_FAILED;
	}
	drain(in);
	unmap(in, space);
	patch_free(in->patch);
	in->patch = NULL;
	in->calls = 0;
	space->vdso_patched = false;
	space_forget(space);
	return MODE_DONE;
}
