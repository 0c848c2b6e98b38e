/* SPDX-License-Identifier: MIT */
#include "trace/inplace.h"

#include "trace/planted.h"
#include "trace/stop.h"
#include "base/cleanup.h"
#include "stub/image.h"
#include "stub/scan.h"
#include "stub/shut.h"
#include "tracee/memory.h"
#include "tracee/procfs.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

static void add_count(void *ctx, void *counter, uint32_t nr, int64_t n)
{
	struct tracer *tr = ctx;

	struct tally_site *site = counter;

	tally_count(&tr->tally, site, ABI_I386, (int32_t)nr, n);
	if (tr->on_counted)
		tr->on_counted(tr->on_entry_ctx, &site->site, n);
}

static void drain(struct planted *p)
{
	if (p->image && !p->tr->background)
		stub_drain(p->image, add_count, p->tr);
}

static void planted_free(void *planted)
{
	struct planted *p = planted;

	drain(p);
	if (p->parting)
		stub_part_cancel(p->image);
	stub_free(p->image);
	scanned_free(p->scanned);
	free(p->falling);
	free(p);
}

static struct planted *planted_new(struct tracer *tr, struct space *space)
{
	struct planted *p = xcalloc(1, sizeof(*p));

	p->tr = tr;
	p->learns = p->born = true;
	space->planted = p;
	space->free_planted = planted_free;
	return p;
}

static void note_in_place(struct tracer *tr, const struct space *space)
{
	if (!tr->background)
		tr->tally.images[space->image].in_place++;
}

/* Is an entry possible that the filter lets pass and nobody counts? As scan_space(). */
static int scan(struct tracer *tr, pid_t pid, struct space *space, char **why)
{
	const struct planted *p = space->planted;
	const struct scan_rule rule = {.pad_offset = tr->pass.offset, .from = tr->pass.from, .raw = !space->image64};
	struct scan_range ours = {0};

	*why = NULL;
	if (p->image)
		stub_range(p->image, &ours.start, &ours.end);
	return scan_space(pid, space_maps_now(space, pid), &rule, tr->scan_cache, p->scanned, &ours,
			  p->image ? 1 : 0, why);
}

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

void inplace_exec(struct tracer *tr, struct thread *t)
{
	struct space *space = t->space;
	struct planted *p;
	auto_free char *found = NULL;
	const char *why;
	int rc;

	if (tr->by_stops && !space->image64)
		planted_note_stops(tr, space, tr->by_stops);
	if (!tr->pass.on || tr->background)
		return;
	if (space->shut) {
		if (!space->image64)
			planted_note_stops(tr, space, "a program that had to be counted by stops started it");
		return;
	}
	p = planted_new(tr, space);
	p->scanned = scanned_new();
	rc = scan(tr, t->tid, space, &found);
	if (rc != 0) {
		const char *unreadable = "its memory cannot be read";

		if (!space->image64 && stub_shut(t->tid, space) == 0)
			planted_shut(tr, space, rc > 0 ? found : unreadable);
		else
			planted_trace_every(tr, space, rc > 0 ? found : unreadable);
		return;
	}
	if (space->image64)
		return;
	if (filters_itself(tr, t->tid)) {
		planted_trace_every(tr, space, "it runs under a seccomp filter of its own");
		return;
	}
	p->image = stub_watch(t->tid, space, &tr->pass, &why);
	if (!p->image)
		planted_trace_every(tr, space, why);
}

/*
 * t stands at the seccomp-stop of an entry by the int 0x80 at int80_at, or with 0
 * by the watched vDSO. Is its image planted, by now?
 */
static bool plant(struct tracer *tr, struct thread *t, uint32_t int80_at)
{
	struct planted *p = t->space->planted;
	int rc;

	if (stub_planted(p->image))
		return true;
	/* Only while nobody else runs there. */
	if (p->barren || t->space->refs > 1)
		return false;
	rc = stub_plant(p->image, t->tid, int80_at);
	if (rc == 0) {
		/* A task's end matters where it may die between its count and its entry. */
		ptrace(PTRACE_SETOPTIONS, t->tid, NULL,
		       (long)(TRACER_OPTIONS | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT));
		note_in_place(tr, t->space);
		return true;
	}
	if (rc == -EFAULT) {
		p->missed = 0;
		return false;
	}
	p->barren = true;
	if (rc != -ESRCH)
		planted_note_stops(tr, t->space, rc == -EMFILE ? "all its file descriptors were in use" :
							 "no memory could be mapped into it");
	return false;
}

static bool learns(const struct thread *t)
{
	const struct planted *p = planted_of(t);

	return p && p->image && p->learns && !p->falling && !t->space->changing;
}

void inplace_cloning(struct tracer *tr, struct thread *t, uint32_t int80_at)
{
	bool threads = t->clone_flags & CLONE_VM && !(t->clone_flags & CLONE_VFORK);

	if (threads && learns(t) && tr->learn_after != UINT64_MAX)
		plant(tr, t, int80_at);
}

/* From here on nothing is learnt that might be another's code, until inplace_mapped(). */
static void begin_to_part(struct planted *p)
{
	if (!p->image || p->parting || !stub_shares(p->image))
		return;
	p->parting = true;
	stub_part_begin(p->image);
}

static void part(struct thread *t)
{
	struct planted *p = t->space->planted;

	if (!p->parting)
		return;
	p->parting = false;
	/* Under a filter of its own it might not survive a call that we make; there nothing is learnt anyway. */
	if (!p->learns)
		stub_part_cancel(p->image);
	else if (stub_part_end(p->image, t->tid) != 0)
		planted_note_stops(p->tr, t->space, "no memory could be mapped into a copy that fork made");
}

void inplace_copied(const struct space *from, struct space *to)
{
	const struct planted *p = from->planted;
	struct planted *copy;

	if (!p)
		return;
	copy = planted_new(p->tr, to);
	copy->scanned = scanned_copy(p->scanned);
	copy->learns = p->learns;
	copy->any_map = p->any_map;
	copy->rescan = p->falling != NULL;
	copy->stuck = p->stuck;
	copy->barren = p->barren;
	copy->born = false;
	if (!p->image)
		return;
	copy->image = stub_copy(p->image);
	/* It may have the code of before or of after. */
	if (p->parting)
		begin_to_part(copy);
}

void inplace_born(struct tracer *tr, struct thread *t)
{
	struct planted *p = planted_of(t);

	if (!p || p->born)
		return;
	p->born = true;
	if (p->image && p->learns && stub_planted(p->image))
		note_in_place(tr, t->space);
	part(t);
	if (p->rescan)
		inplace_mapped(tr, t);
}

enum inplace_entry inplace_entry(struct thread *t, struct ptrace_syscall_info *info,
				 struct user_regs_struct *regs)
{
	const struct planted *p = planted_of(t);
	bool missed, restarted;

	if (!p || !p->image)
		return INPLACE_NO;
	if (t->space->every && stub_site_entered(p->image, info->instruction_pointer))
		return INPLACE_COUNTED;
	missed = stub_missed(p->image, info->instruction_pointer);
	restarted = stub_restarted(p->image, info->instruction_pointer);
	if (!missed && !restarted)
		return INPLACE_NO;
	info->instruction_pointer = regs->rip = stub_landing_pad(p->image);
	tracee_set_regs(t->tid, regs);
	return missed ? INPLACE_MISS : INPLACE_RESTART;
}

/* Calls for which the tracer has nothing to do need not stop. */
static bool may_pass(const struct tracer *tr, int64_t nr)
{
	enum call_kind kind = call_kind(&tr->calls, ABI_I386, nr);
	bool watched = atomic_load(&tr->shared->watch_terminal) && !atomic_load(&tr->shared->program_wrote);

	/* Whether such a wait may answer EINTR depends on what has happened since it was entered. */
	if (call_may_wait(&tr->calls, ABI_I386, nr))
		return false;
	return kind == CALL_PLAIN || (kind == CALL_WRITE && !watched);
}

void inplace_learn(struct tracer *tr, struct thread *t, const struct evidence *ev,
		   struct tally_site *counter)
{
	struct planted *p = planted_of(t);
	enum entry_path path = counter->site.path;

	if (!learns(t) || ev->restart || counter->site.entries < tr->learn_after ||
	    (path != PATH_VDSO_SYSCALL && path != PATH_VDSO_SYSENTER) || !may_pass(tr, ev->nr))
		return;
	if (!stub_planted(p->image) && (++p->missed < tr->plant_after || !plant(tr, t, 0)))
		return;
	stub_insert(p->image, (uint32_t)ev->ret.v, (uint32_t)ev->nr, counter);
}

void inplace_patch(struct tracer *tr, struct thread *t, const struct evidence *ev,
		   struct tally_site *counter)
{
	struct planted *p = planted_of(t);

	/* Code is only changed while nobody else can run it, and never where each entry is looked at. */
	if (!learns(t) || t->space->refs > 1 || tr->learn_after || counter->site.path != PATH_INT80 ||
	    counter->site.entries < tr->patch_after || !may_pass(tr, ev->nr) ||
	    !call_never_sleeps(&tr->calls, ev->nr) || !plant(tr, t, (uint32_t)ev->ip.v - 2))
		return;
	stub_patch_site(p->image, t->tid, (uint32_t)ev->ip.v, (uint32_t)ev->nr, counter);
}

void inplace_stop_learning(struct thread *t)
{
	struct planted *p = planted_of(t);

	if (!p)
		return;
	p->learns = false;
	if (p->image && stub_shares(p->image))
		stub_freeze(p->image);
	else if (p->image)
		stub_disarm(p->image, 0, UINT64_MAX);
	if (p->image && t->space->refs == 1)
		stub_unpatch(p->image, t->tid, 0, UINT64_MAX);
}

void inplace_hide(struct thread *t)
{
	struct planted *p = planted_of(t);
	struct user_regs_struct regs;

	if (p && p->image && tracee_get_regs(t->tid, &regs) == 0 &&
	    stub_image_undo(p->image, t->tid, &regs))
		tracee_set_regs(t->tid, &regs);
}

/* Another filter has answered an entry by SIGSYS, and says from where it came. */
static void hide_call_addr(const struct planted *p, const struct thread *t)
{
	siginfo_t si;
	uintptr_t at;

	if (ptrace(PTRACE_GETSIGINFO, t->tid, NULL, &si) != 0 || si.si_code != SIGSYS_BY_SECCOMP)
		return;
	at = (uintptr_t)si.si_call_addr;
	if (!stub_missed(p->image, at) && !stub_restarted(p->image, at))
		return;
	si.si_call_addr = (void *)(uintptr_t)stub_landing_pad(p->image);
	ptrace(PTRACE_SETSIGINFO, t->tid, NULL, &si);
}

void inplace_hide_from(struct thread *t, int sig)
{
	struct planted *p = planted_of(t);
	struct user_regs_struct regs;

	if (!p || !p->image || p->falling || tracee_get_regs(t->tid, &regs) != 0)
		return;
	if (sig == SIGSYS)
		hide_call_addr(p, t);
	if ((sig == SIGSEGV || sig == SIGBUS) && stub_show_fault(p->image, &regs))
		tracee_set_regs(t->tid, &regs);
	else if (sig == SIGTRAP && regs.eflags & TRACEE_TRAP_FLAG)
		planted_fall(t, "it single-steps itself");
	else
		inplace_hide(t);
}

uint32_t inplace_resume(const struct thread *t, uint32_t ip)
{
	const struct planted *p = planted_of(t);

	return p && p->image ? stub_resume(p->image, ip) : ip;
}

/* ---- mappings ---- */

static bool touches_planted(const struct thread *t, uint64_t start, uint64_t size)
{
	const struct planted *p = t->space->planted;
	uint64_t from, to, vdso = t->space->vdso_base.v;

	stub_range(p->image, &from, &to);
	return (start < to && start + size > from) ||
	       (start < vdso + t->space->vdso.size && start + size > vdso);
}

/* What counts there is undone. False when that is the planted code itself, and all of it goes. */
static bool range_changes(struct thread *t, uint64_t start, uint64_t size)
{
	struct planted *p = t->space->planted;

	if (!p->image)
		return true;
	if (touches_planted(t, start, size)) {
		planted_fall(t, "it maps memory of its own where its calls were counted");
		return false;
	}
	stub_disarm(p->image, start, start + size);
	if (t->space->refs == 1)
		stub_unpatch(p->image, t->tid, start, start + size);
	return true;
}

bool inplace_mapping(struct thread *t, enum call_kind kind, const uint64_t *args)
{
	struct planted *p = planted_of(t);
	uint64_t start = args[0], size = args[1];
	bool code;

	if (!p || p->falling || p->stuck)
		return false;
	if (kind == CALL_PERSONALITY) {
		p->any_map |= (uint32_t)args[0] != UINT32_MAX && (args[0] & READ_IMPLIES_EXEC);
		return false;
	}
	/* What it touches is not known before: new places are, afterwards. */
	if (kind == CALL_REMAP_ANY) {
		if (p->image)
			stub_disarm(p->image, 0, UINT64_MAX);
		begin_to_part(p);
		return true;
	}
	if (kind == CALL_MAP && !(args[3] & (MAP_FIXED | MAP_FIXED_NOREPLACE))) {
		code = p->any_map || (args[2] & PROT_EXEC);
		if (code)
			begin_to_part(p);
		return code;
	}
	if (kind == CALL_MREMAP && args[3] & MREMAP_FIXED && !range_changes(t, args[4], args[2]))
		return false;
	code = scanned_overlap(p->scanned, start, size);
	if (!range_changes(t, start, size))
		return false;
	code |= p->any_map || (kind != CALL_MREMAP && args[2] & PROT_EXEC);
	if (code)
		begin_to_part(p);
	return code;
}

void inplace_mapped(struct tracer *tr, struct thread *t)
{
	struct planted *p = planted_of(t);
	auto_free char *found = NULL;

	if (!p)
		return;
	part(t);
	if (p->falling || p->stuck)
		return;
	int rc = scan(tr, t->tid, t->space, &found);

	if (rc != 0) {
		p->caller = t->tid;
		planted_fall(t, rc > 0 ? found : "its memory cannot be read");
	}
}

void inplace_collect(struct tracer *tr)
{
	struct thread *t, *next;

	HASH_ITER(hh, tr->threads.by_tid, t, next)
		if (planted_of(t))
			drain(planted_of(t));
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
		struct planted *p = planted_of(t);

		if (p && p->image)
			stub_disarm(p->image, 0, UINT64_MAX);
	}
}
