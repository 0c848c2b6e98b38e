/* SPDX-License-Identifier: MIT */
/* Entries: which come from the code that counts, and which are to count there from now on. */
#include "trace/inplace_internal.h"

#include "decode/insn.h"
#include "tracee/memory.h"
#include "tracee/procfs.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>

/* What stands where the vDSO's caller has its return address: does a call end there? */
static bool is_called(const struct thread *t, const struct user_regs_struct *regs)
{
	struct code_tail tail;
	struct insn call;
	uint32_t ret;

	return tracee_read_word_and_tail(t->tid, taddr((uint32_t)regs->rsp + 12), &ret, taddr(0), 0, &tail) &&
	       (tracee_read_tail(t->tid, taddr(ret), INSN_MAX, &tail),
		insn_ending_at(tail.b, tail.n, CPU_MODE_32, taddr(ret), INSN_CALL, &call) == 0);
}

bool inplace_enter(struct thread *t, struct user_regs_struct *regs)
{
	struct inplace *in = inplace_of(t);
	bool restart = false;

	if (in && in->patch)
		patch_enter(in->patch, t->tid, regs,
			    (t->restart.armed && t->restart.sp == regs->rsp) || is_called(t, regs), &restart);
	return restart;
}

void inplace_original(const struct thread *t, uint64_t at, uint8_t *buf, size_t n)
{
	const struct inplace *in = inplace_of(t);

	if (in && in->patch)
		patch_original(in->patch, at, buf, n);
}

/* Of sockets, it is seldom that there is a limit. */
static bool is_timed(const struct tracer *tr, int64_t nr)
{
	enum limit_kind kind = call_limit(&tr->calls, ABI_I386, nr).kind;

	return kind == LIMIT_MS || kind == LIMIT_TIMESPEC || kind == LIMIT_TIMESPEC64;
}

void inplace_stop_timed(const struct thread *t)
{
	struct inplace *in = inplace_of(t);

	if (!in || in->timed_stop)
		return;
	in->timed_stop = true;
	if (in->patch && in->timed_counted)
		patch_switch_off(in->patch, 0, UINT64_MAX);
}

void inplace_made_child(const struct thread *t)
{
	const struct inplace *in = inplace_of(t);
	uint64_t ignored, caught;

	if (in && !in->timed_stop && procfs_signals(t->tid, &ignored, &caught) && !(caught >> (SIGCHLD - 1) & 1))
		inplace_stop_timed(t);
}

/* Calls for which the tracer has something to do stop. */
static uint8_t rule_of(struct inplace *in, enum entry_path path, int64_t nr)
{
	const struct tracer *tr = in->tr;
	enum call_kind kind = call_kind(&tr->calls, ABI_I386, nr);
	enum call_free free = call_free(&tr->calls, nr);

	if (kind == CALL_WRITE && atomic_load(&tr->shared->watch_terminal) && !atomic_load(&tr->shared->program_wrote))
		return FREE_NONE;
	if (is_timed(tr, nr)) {
		if (in->timed_stop)
			return FREE_NONE;
		in->timed_counted = true;
	}
	if (in->any_code && (kind == CALL_MAP || kind == CALL_PROTECT || kind == CALL_MREMAP || kind == CALL_BRK))
		return FREE_NONE;
	if (path == PATH_INT80 && free == FREE_SIXTH && call_never_sleeps(&tr->calls, nr))
		return FREE_SIXTH_INT80;
	return (uint8_t)free;
}

static bool is_refused(const struct inplace *in, uint32_t ip)
{
	for (size_t i = 0; i < in->nrefused; i++)
		if (in->refused[i] == ip)
			return true;
	return false;
}

static void want(struct inplace *in, struct thread *t, const struct wanted *wanted)
{
	in->want = *wanted;
	in->want.tid = t->tid;
	inplace_event(t->space, MODE_WANTED);
}

/* A key for what may be counted from now on, in a patched space. */
static enum stop_reason insert(struct inplace *in, const struct thread *t, const struct wanted *w)
{
	int rc;

	if (w->rule == FREE_SIXTH_POINTER && patch_map_zeros(in->patch, t->tid) != 0)
		return REASON_ARGUMENTS;
	rc = patch_insert(in->patch, w->ret, w->nr, w->rule, w->counter);

	return rc == -ENOTSUP ? REASON_IMAGE : rc < 0 ? REASON_TABLE_FULL : REASON_FIRST;
}

static enum stop_reason learn_vdso(struct inplace *in, struct thread *t, const struct wanted *w)
{
	if (in->mode == MODE_PATCHED)
		return insert(in, t, w);
	if (in->mode == MODE_STOPS && ++in->calls >= in->tr->plant_after)
		want(in, t, w);
	return REASON_FIRST;
}

static enum stop_reason learn_int80(struct inplace *in, struct thread *t, const struct wanted *w)
{
	if (in->patch && patch_is_site(in->patch, w->ip))
		return in->mode == MODE_PATCHED ? insert(in, t, w) : REASON_FIRST;
	if (in->segments || is_refused(in, w->ip))
		return REASON_NO_ROOM;
	if (w->counter->site.entries >= in->tr->patch_after && (in->mode == MODE_PATCHED || in->mode == MODE_STOPS))
		want(in, t, w);
	return REASON_FIRST;
}

static enum stop_reason learn(struct inplace *in, struct thread *t, const struct evidence *ev, struct tally_site *counter)
{
	enum entry_path path = counter->site.path;
	struct wanted w = {.nr = (uint32_t)ev->nr, .counter = counter};

	if (path == PATH_RESTART || path == PATH_VDSO_INT80 || ev->restart)
		return REASON_SIGNAL;
	/* With another code segment, addresses in it are not those of memory. */
	if (ev->cs != FLAT_CODE || (path != PATH_VDSO_SYSCALL && path != PATH_VDSO_SYSENTER && path != PATH_INT80))
		return REASON_OTHER_WAY;
	if (in->mode == MODE_CLOSED || in->mode == MODE_STUCK)
		return REASON_IMAGE;
	w.rule = rule_of(in, path, ev->nr);
	if (!w.rule)
		return call_kind(&in->tr->calls, ABI_I386, ev->nr) == CALL_PLAIN ? REASON_ARGUMENTS : REASON_FOLLOWED;
	if (counter->site.entries < in->tr->learn_after || t->space->changing)
		return REASON_FIRST;
	if (path == PATH_INT80) {
		w.ip = w.ret = (uint32_t)ev->ip.v;
		return learn_int80(in, t, &w);
	}
	w.ret = (uint32_t)ev->ret.v;
	return learn_vdso(in, t, &w);
}

void inplace_counted(struct tracer *tr, struct thread *t, const struct evidence *ev, struct tally_site *counter)
{
	struct inplace *in = inplace_of(t);

	if (in)
		tally_stopped(&tr->tally, t->space->image, learn(in, t, ev, counter));
}

void inplace_cloning(struct tracer *tr, struct thread *t)
{
	struct inplace *in = inplace_of(t);
	bool threads = t->clone_flags & CLONE_VM && !(t->clone_flags & CLONE_VFORK);

	if (in && threads && in->mode == MODE_STOPS && t->space->refs == 1 && tr->learn_after != UINT64_MAX)
		want(in, t, &(struct wanted){0});
}
