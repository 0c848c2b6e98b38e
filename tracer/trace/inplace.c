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


/* The code segment of 32-bit programs: __USER32_CS. */
enum { FLAT_CODE = 0x23 };

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

void inplace_drain(struct inplace *in)
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
	inplace_drain(in);
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
		inplace_drain(in);
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

void inplace_born(struct tracer *tr, struct thread *t)
{
	struct inplace *in = inplace_of(t);

	(void)tr;
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
	inplace_drain(in);
	unmap(in, space);
	patch_free(in->patch);
	in->patch = NULL;
	in->calls = 0;
	space->vdso_patched = false;
	space_forget(space);
	return MODE_DONE;
}

/* ---- an entry ---- */

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

/* ---- a stop ---- */

void inplace_hide(struct thread *t)
{
	struct inplace *in = inplace_of(t);
	struct user_regs_struct regs;

	if (in && in->patch && tracee_get_regs(t->tid, &regs) == 0)
		patch_undo(in->patch, t->tid, &regs);
}

static bool is_made_by_kernel(const siginfo_t *si)
{
	return si->si_code > 0;
}

/*
 * The code needs more of the stack than the vDSO does, and a patched int 0x80 needs
 * none: where that is not there, t goes on as without us, and stops or faults.
 */
static bool without_code(struct inplace *in, struct thread *t, struct user_regs_struct *regs)
{
	const struct code_layout *c = patch_layout(in->patch);
	uint64_t ip = regs->rip;

	if (!patch_undo(in->patch, t->tid, regs))
		return false;
	if (regs->rip == c->target.vsyscall_at && code_faulted(c, ip)) {
		regs->rip = c->plain;
		tracee_set_regs(t->tid, regs);
		return true;
	}
	if (!patch_is_site(in->patch, regs->rip + 2))
		return false;
	*vec_push(in->refused, in->nrefused) = (uint32_t)regs->rip + 2;
	patch_forget_sites(in->patch, t->tid, regs->rip, regs->rip + 2);
	return true;
}

/* Another filter has answered an entry by SIGSYS, and says from where it came. */
static void hide_call_addr(const struct inplace *in, const struct thread *t, uint64_t ip)
{
	const struct code_layout *c = patch_layout(in->patch);
	siginfo_t si;
	uintptr_t at;

	if (ptrace(PTRACE_GETSIGINFO, t->tid, NULL, &si) != 0 || si.si_code != SIGSYS_BY_SECCOMP)
		return;
	at = (uintptr_t)si.si_call_addr;
	if (at != c->restart_ip && at != c->missed80_ip)
		return;
	si.si_call_addr = (void *)(uintptr_t)ip;
	ptrace(PTRACE_SETSIGINFO, t->tid, NULL, &si);
}

/* By default these end a program with a core file, which shows the registers of all its tasks. */
static bool dumps_core(const struct thread *t, int sig)
{
	static const int core[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS};
	uint64_t ignored, caught;

	for (size_t i = 0; i < sizeof(core) / sizeof(*core); i++)
		if (core[i] == sig)
			return procfs_signals(t->tid, &ignored, &caught) && !((ignored | caught) >> (sig - 1) & 1);
	return false;
}

int inplace_hide_from(struct thread *t, int sig)
{
	struct inplace *in = inplace_of(t);
	struct user_regs_struct regs;
	siginfo_t si;

	if (!in || !in->patch || tracee_get_regs(t->tid, &regs) != 0)
		return sig;
	if (sig == SIGSEGV || sig == SIGBUS) {
		if (code_show_fault(patch_layout(in->patch), &regs)) {
			tracee_set_regs(t->tid, &regs);
			return sig;
		}
		if (ptrace(PTRACE_GETSIGINFO, t->tid, NULL, &si) == 0 && is_made_by_kernel(&si) &&
		    without_code(in, t, &regs))
			return 0;
	}
	if (patch_undo(in->patch, t->tid, &regs) && sig == SIGSYS)
		hide_call_addr(in, t, regs.rip);
	if (sig == SIGTRAP && regs.eflags & TRACEE_TRAP_FLAG)
		inplace_refuse(t->space, "it single-steps itself");
	else if (t->space->refs > 1 && dumps_core(t, sig))
		inplace_refuse(t->space, NULL);
	return sig;
}

uint32_t inplace_resume(const struct thread *t, uint32_t ip)
{
	const struct inplace *in = inplace_of(t);

	return in && in->patch ? code_resume(patch_layout(in->patch), ip) : ip;
}

void inplace_stop_again(const struct thread *t, struct user_regs_struct *regs)
{
	const struct inplace *in = inplace_of(t);
	uint32_t ip = (uint32_t)regs->rip;

	if (!in || !in->patch || !patch_is_site(in->patch, regs->rip) ||
	    tracee_write(t->tid, taddr((uint32_t)regs->rsp - sizeof(ip)), &ip, sizeof(ip)) != 0)
		return;
	patch_enter_plainly(in->patch, regs);
	tracee_set_regs(t->tid, regs);
}

void inplace_close(struct thread *t, const char *why)
{
	inplace_refuse(t->space, why);
}
