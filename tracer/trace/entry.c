/* SPDX-License-Identifier: MIT */
#include "trace/entry.h"

#include "base/cleanup.h"
#include "classify/classify.h"
#include "trace/birth.h"
#include "trace/clone.h"
#include "trace/disguise.h"
#include "classify/record.h"
#include "trace/gather.h"
#include "trace/inplace.h"
#include "trace/nested.h"
#include "trace/restart.h"
#include "trace/seccomp.h"
#include "trace/slice.h"
#include "trace/stop.h"
#include "trace/timed.h"
#include "trace/vfork.h"
#include "tracee/memory.h"
#include "tracee/procfs.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59 /* Linux 5.11 */
#endif

enum { PAGE_SIZE_32 = 4096 };

/* The call as the follow-up sees it. */
struct call {
	enum abi abi;
	int64_t nr;
	uint64_t args[6];
};

/* Where an address is, as (module, offset), for a site or for a note. */
static struct module *locate(struct tracer *tr, struct thread *t, struct taddr at, uint64_t *offset)
{
	static const struct map nowhere = {.path = "[unreadable]"};
	const struct map *map = maps_find(space_maps(t->space, t->tid), at);
	struct module *m;

	/* New code, mapped since: mappings that only add do not make the snapshot stale. */
	if (!map) {
		space_forget(t->space);
		map = maps_find(space_maps(t->space, t->tid), at);
	}
	m = modules_get(&tr->modules, t->tid, map ? map : &nowhere);
	*offset = map ? module_offset(m, map, at) : at.v;
	inplace_located(t);
	return m;
}

static struct tally_site *decide(struct tracer *tr, struct thread *t, const struct evidence *ev)
{
	struct verdict v = classify(ev);
	auto_free char *entered = NULL;
	struct module *m;
	struct tally_site *site;
	uint64_t offset;

	if (v.path == PATH_FAR_CALL) {
		m = locate(tr, t, v.entered, &offset);
		entered = xasprintf("%s+0x%" PRIx64, m->name, offset);
	}
	m = locate(tr, t, v.site, &offset);
	site = tally_site(&tr->tally,
			  (struct tally_key){.module = m, .offset = offset, .image = t->space->image,
					     .path = v.path},
			  m->name, v.instruction, entered);
	if (tr->evidence && site->site.entries == 0)
		evidence_write(tr->evidence, ev, &v);
	if (!t->space->changing)
		space_cache(t->space, ev, site);
	return site;
}

/* Code may change, after this stop: others must not trust what they read of it meanwhile. */
static void note_code_changes(struct thread *t)
{
	t->space->mapped++;
	if (t->changing)
		return;
	t->changing = true;
	t->space->changing++;
	space_forget(t->space);
}

static void note_dispatch(struct tracer *tr, struct thread *t, const struct call *c)
{
	if (c->args[0] != PR_SET_SYSCALL_USER_DISPATCH || !c->args[1])
		return;
	inplace_close(t, "it uses Syscall User Dispatch");
	tally_blind(&tr->tally, "syscall-user-dispatch", 0,
		    "calls that Syscall User Dispatch turned into SIGSYS before the tracer could see them as entries");
}

/* Root's tracer may look at any memory (ptrace(2), "Ptrace access mode checking"). */
static void note_closed(struct tracer *tr, struct thread *t, const struct call *c)
{
	if (c->args[0] != PR_SET_DUMPABLE || c->args[1] == 1 || geteuid() == 0)
		return;
	inplace_close(t, "it closed its memory to other programs of this user");
	tally_blind(&tr->tally, "closed-memory", 1,
			    "calls by which the program closed its memory to other programs of this user (PR_SET_DUMPABLE): entries that could not be looked at any more are counted as unknown");
}

/* Is one of the program's standard streams, which it writes to, a terminal? */
static void note_write(struct tracer *tr, struct thread *t, uint64_t fd)
{
	auto_free char *link = NULL;
	char name[32];

	if (!atomic_load_explicit(&tr->shared->watch_terminal, memory_order_relaxed) ||
	    atomic_load_explicit(&tr->shared->program_wrote, memory_order_relaxed))
		return;
	snprintf(name, sizeof(name), "fd/%d", (int)fd);
	link = procfs_link(t->tid, name);
	if (link && (strncmp(link, "/dev/pts/", 9) == 0 || strncmp(link, "/dev/tty", 8) == 0 ||
		     strcmp(link, "/dev/console") == 0)) {
		/* Its line is wiped before the program's own text comes. */
		atomic_store(&tr->shared->program_wrote, true);
		shared_wipe_line(tr->shared);
	}
}

/* Mappings change. */
static void follow_mapping(struct thread *t, enum call_kind kind, const uint64_t *args)
{
	if (inplace_mapping(t, kind, args))
		note_code_changes(t);
	else
		t->space->mapped++;
}

/*
 * Old mmap(2) has its arguments in memory, which another task may change before the
 * kernel reads them. So it is made as mmap2(2), with the arguments that were looked
 * at, in registers; its own come back behind the call. True when that is so.
 */
static bool make_mmap2(struct tracer *tr, struct thread *t, const struct call *c)
{
	struct user_regs_struct regs;
	uint64_t args[6];
	uint32_t words[6];

	if (c->abi != ABI_I386 || tracee_read(t->tid, taddr(c->args[0]), words, sizeof(words)) != sizeof(words) ||
	    words[5] % PAGE_SIZE_32 || tracee_get_regs(t->tid, &regs) != 0) {
		follow_mapping(t, CALL_OLD_MMAP, c->args);
		return false;
	}
	for (unsigned i = 0; i < 6; i++)
		args[i] = words[i];
	follow_mapping(t, CALL_MAP, args);
	regs.orig_rax = (uint64_t)tr->calls.mmap2;
	regs.rbx = words[0];
	regs.rcx = words[1];
	regs.rdx = words[2];
	regs.rsi = words[3];
	regs.rdi = words[4];
	regs.rbp = words[5] / PAGE_SIZE_32;
	return call_lend(t, &regs);
}

static bool follow_up(struct tracer *tr, struct thread *t, const struct call *c)
{
	enum call_kind kind = call_kind(&tr->calls, c->abi, c->nr);
	bool to_exit;

	switch (kind) {
	case CALL_OLD_MMAP:
		return make_mmap2(tr, t, c);
	case CALL_MAP:
	case CALL_REMAP:
	case CALL_PROTECT:
	case CALL_ADVISE:
	case CALL_MREMAP:
	case CALL_REMAP_ANY:
	case CALL_IPC:
	case CALL_BRK:
	case CALL_ARCH_PRCTL:
		follow_mapping(t, kind, c->args);
		break;
	case CALL_PERSONALITY:
		inplace_personality(t, c->args[0]);
		break;
	case CALL_FORK:
		birth_begin(tr, t);
		t->clone_flags = 0;
		break;
	case CALL_VFORK:
		birth_begin(tr, t);
		t->clone_flags = CLONE_VM | CLONE_VFORK;
		return vfork_keeps(tr, c->abi) && clone_as_vfork(t, c->abi);
	case CALL_CLONE:
	case CALL_CLONE3:
		birth_begin(tr, t);
		t->in_clone3 = kind == CALL_CLONE3;
		to_exit = clone_enter(t, kind, c->abi, c->args, vfork_keeps(tr, c->abi));
		if (c->abi == ABI_I386)
			inplace_cloning(tr, t);
		return to_exit;
	case CALL_SIGRETURN:
	case CALL_RT_SIGRETURN:
		if (c->abi == ABI_I386)
			restart_expect_from_frame(t, kind == CALL_RT_SIGRETURN);
		return slice_wanted(t);
	case CALL_LDT:
		inplace_segments(t);
		break;
	case CALL_PRCTL:
		disguise_prctl(&tr->disguise, t, c->args[0]);
		note_dispatch(tr, t, c);
		note_closed(tr, t, c);
		return seccomp_enter(tr, t, kind, c->abi, c->args);
	case CALL_SECCOMP:
		return seccomp_enter(tr, t, kind, c->abi, c->args);
	case CALL_PTRACE:
		nested_asked(tr, t, c->args);
		break;
	case CALL_WRITE:
		note_write(tr, t, c->args[0]);
		break;
	case CALL_PLAIN:
	case CALL_LEAVE:
		break;
	}
	return false;
}

static enum abi abi_of(const struct evidence *ev)
{
	if (ev->arch == ABI_I386)
		return ABI_I386;
	return ev->nr >= 0x40000000 ? ABI_X32 : ABI_X86_64;
}

void entry_unreadable(struct tracer *tr, int error)
{
	if (error == EIO || error == EINVAL)
		err_set(&tr->fault, -ENOSYS,
			"this kernel is too old: ptrace's PTRACE_GET_SYSCALL_INFO is needed, which came with Linux 5.3");
	else
		tally_blind(&tr->tally, "killed-at-entry", 1,
			    "entries whose task was killed before they could be looked at");
}

/* The filter lets the likes of it pass; it stopped only for what it does. */
static bool is_skipped(const struct tracer *tr, const struct evidence *ev)
{
	return tr->pass.skip_native && ev->arch != ABI_I386 && ev->ip.v > UINT32_MAX;
}

/* Counts it, unless it is made again only because of us. */
static void count(struct tracer *tr, struct thread *t, const struct evidence *ev, const struct call *call,
		  const struct user_regs_struct *regs)
{
	struct tally_site *site = space_cached(t->space, ev);

	if (!site)
		site = decide(tr, t, ev);
	tally_count(&tr->tally, site, call->abi, call->nr, 1);
	inplace_counted(tr, t, ev, site);
	if (tr->on_entry)
		tr->on_entry(tr->on_entry_ctx, &site->site, t, regs);
	atomic_store_explicit(&tr->shared->entries, tr->tally.entries, memory_order_relaxed);
}

bool entry_handle(struct tracer *tr, struct thread *t)
{
	struct ptrace_syscall_info info;
	struct user_regs_struct regs;
	struct evidence ev;
	struct call call;
	bool artefact, restarted;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->tid, sizeof(info), &info) <= 0 ||
	    tracee_get_regs(t->tid, &regs) != 0) {
		entry_unreadable(tr, errno);
		return false;
	}
	if (t->space->changing)
		space_forget(t->space);
	restarted = inplace_enter(t, &regs);
	gather(t, &info, &regs, &ev);
	ev.restart |= restarted;
	artefact = restart_is_artefact(t, &ev);
	t->restart.armed = t->restart.genuine = t->restart.eintr = false;
	/* The members that a seccomp stop fills in begin like those of a syscall-entry-stop. */
	call = (struct call){.abi = abi_of(&ev), .nr = ev.nr};
	for (unsigned i = 0; i < 6; i++)
		call.args[i] = info.entry.args[i];
	t->abi = (uint8_t)call.abi;
	timed_enter(tr, t, &regs, artefact);
	if (artefact && tr->phase != PHASE_KEEPING)
		tally_blind(&tr->tally, "restart-by-tracing", 1,
			    "calls that were interrupted and made again only because a traced program is woken by signals that it ignores; not among the entries");
	else if (tr->phase != PHASE_KEEPING && !is_skipped(tr, &ev))
		count(tr, t, &ev, &call, &regs);
	nested_enter(tr, t, call.abi, call.nr, call.args);
	return !seccomp_forbids(tr, t, call.abi, call.nr) && follow_up(tr, t, &call);
}

void entry_note_sigsys(struct tracer *tr, struct thread *t)
{
	siginfo_t si;

	t->sigsys_seen = true;
	if (ptrace(PTRACE_GETSIGINFO, t->tid, NULL, &si) != 0)
		return;
	if (si.si_code == SIGSYS_BY_SECCOMP)
		tally_blind(&tr->tally, "seccomp-trap", 1,
			    "calls that a seccomp filter of the program turned into SIGSYS (TRAP); they are not among the entries");
	else if (si.si_code == SIGSYS_BY_USER_DISPATCH)
		tally_blind(&tr->tally, "syscall-user-dispatch", 1,
			    "calls that Syscall User Dispatch turned into SIGSYS before the tracer could see them as entries");
}
