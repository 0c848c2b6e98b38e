/* SPDX-License-Identifier: MIT */
#include "trace/seccomp.h"

#include "trace/clone.h"
#include "trace/disguise.h"
#include "trace/inplace.h"
#include "trace/stop.h"
#include "trace/turn.h"
#include "tracee/memory.h"
#include "tracee/procfs.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>

#ifndef SECCOMP_FILTER_FLAG_NEW_LISTENER
#define SECCOMP_FILTER_FLAG_NEW_LISTENER (1UL << 3) /* Linux 5.0 */
#endif

static const char closed_by_filter[] = "it installed a seccomp filter of its own";

/* struct sock_fprog as the task's own code has it; the kernel fails where it cannot be read. */
static bool can_be_filter(const struct thread *t, enum abi abi, uint64_t at)
{
	struct {
		uint16_t len;
		uint32_t filter;
	} narrow;
	struct {
		uint16_t len;
		uint64_t filter;
	} wide;
	struct sock_filter first;

	if (abi != ABI_X86_64) {
		if (tracee_read(t->tid, taddr(at), &narrow, sizeof(narrow)) != sizeof(narrow))
			return false;
		wide.len = narrow.len;
		wide.filter = narrow.filter;
	} else if (tracee_read(t->tid, taddr(at), &wide, sizeof(wide)) != sizeof(wide)) {
		return false;
	}
	return wide.len && wide.len <= BPF_MAXINSNS &&
	       tracee_read(t->tid, taddr(wide.filter), &first, sizeof(first)) == sizeof(first);
}

static bool ask_filter(struct tracer *tr, struct thread *t, enum abi abi, uint64_t at, uint64_t flags)
{
	t->own.asks = ASKS_FILTER;
	t->own.flags = flags;
	if (can_be_filter(t, abi, at)) {
		tr->own_filters = true;
		inplace_close(t, closed_by_filter);
	}
	return true;
}

/* ---- strict mode ---- */

/* of the tables: i386, x86-64, x32 (whose numbers the kernel holds against those of i386) */
static const int64_t prctl_number[ABIS] = {172, 157, 0x40000000 + 157};
static const int64_t exit_number[ABIS] = {1, 60, 0x40000000 + 60};
static const int64_t strict_allows[ABIS][4] = {{3, 4, 1, 119}, {0, 1, 60, 15}, {-1, -1, -1, -1}};

/*
 * The kernel grants strict mode to nobody under a filter, so it is emulated. What the
 * call does besides, taking the clock from the task, is what it becomes.
 */
static bool ask_strict(struct tracer *tr, struct thread *t, enum abi abi)
{
	struct user_regs_struct regs;

	if (!tr->disguise.filter || t->own.filters)
		return false;
	if (abi != ABI_I386 && tr->pass.skip_native) {
		tally_blind(&tr->tally, "seccomp-strict", 1,
			    "requests for strict seccomp mode of 64-bit programs whose native entries are not counted: the kernel refuses it to a program under a filter (EINVAL); untraced they would be granted");
		return false;
	}
	if (tracee_get_regs(t->tid, &regs) != 0)
		return false;
	regs.orig_rax = (uint64_t)prctl_number[abi];
	if (abi == ABI_I386) {
		regs.rbx = PR_SET_TSC;
		regs.rcx = PR_TSC_SIGSEGV;
	} else {
		regs.rdi = PR_SET_TSC;
		regs.rsi = PR_TSC_SIGSEGV;
	}
	t->own.asks = ASKS_STRICT;
	inplace_close(t, "it is in strict seccomp mode");
	return call_lend(t, &regs);
}

static bool allowed(enum abi abi, int64_t nr)
{
	for (unsigned i = 0; i < 4; i++)
		if (strict_allows[abi][i] == nr)
			return true;
	return false;
}

/*
 * The kernel ends the task by do_exit(SIGKILL): this one thread, whose process ends
 * so when it is the only one.
 */
static void end_strict(const struct thread *t, enum abi abi)
{
	struct user_regs_struct regs;
	uint64_t threads = 1;

	procfs_status(t->tid, "Threads", 10, &threads);
	if (threads == 1) {
		kill(t->tgid, SIGKILL);
		return;
	}
	if (tracee_get_regs(t->tid, &regs) != 0)
		return;
	regs.orig_rax = (uint64_t)exit_number[abi];
	regs.rbx = regs.rdi = SIGKILL;
	tracee_set_regs(t->tid, &regs);
}

/* ---- stops that are not ours ---- */

static bool is_foreign(const struct tracer *tr, const struct thread *t)
{
	unsigned long data;

	return tr->own_filters && !tr->attached && stop_message(t->tid, &data) && data != FILTER_STOP_DATA;
}

bool seccomp_forbids(struct tracer *tr, struct thread *t, enum abi abi, int64_t nr)
{
	if (t->own.strict && !allowed(abi, nr)) {
		end_strict(t, abi);
		return true;
	}
	if (!is_foreign(tr, t))
		return false;
	call_answer(t, -ENOSYS);
	return true;
}

/* ---- calls ---- */

bool seccomp_enter(struct tracer *tr, struct thread *t, enum call_kind kind, enum abi abi, const uint64_t args[6])
{
	if (kind == CALL_SECCOMP && args[0] == SECCOMP_SET_MODE_STRICT)
		return !args[1] && !args[2] && ask_strict(tr, t, abi);
	if (kind == CALL_SECCOMP)
		return args[0] == SECCOMP_SET_MODE_FILTER && ask_filter(tr, t, abi, args[2], args[1]);
	if (args[0] == PR_SET_SECCOMP && args[1] == SECCOMP_MODE_STRICT)
		return ask_strict(tr, t, abi);
	if (args[0] == PR_SET_SECCOMP)
		return args[1] == SECCOMP_MODE_FILTER && ask_filter(tr, t, abi, args[2], 0);
	if (args[0] != PR_SET_NO_NEW_PRIVS)
		return false;
	t->own.asks = ASKS_NO_NEW_PRIVS;
	return true;
}

/* seccomp(2), SECCOMP_FILTER_FLAG_TSYNC: the caller's filters, and its no_new_privs. */
static void synchronise(struct tracer *tr, const struct thread *from)
{
	struct thread *t, *next;

	HASH_ITER(hh, tr->threads.by_tid, t, next)
		if (t->tgid == from->tgid) {
			t->own.filters = true;
			t->own.no_new_privs |= from->own.no_new_privs;
		}
}

static void installed(struct tracer *tr, struct thread *t)
{
	tr->own_filters = t->own.filters = true;
	/* It was not seen in time where the program changed its memory meanwhile. */
	inplace_close(t, closed_by_filter);
	if (t->own.flags & SECCOMP_FILTER_FLAG_TSYNC)
		synchronise(tr, t);
	if (tr->phase != PHASE_KEEPING)
		tally_blind(&tr->tally, "seccomp-filter", 1,
			    "seccomp filters that the program installed itself: calls that they answer with ERRNO, TRAP, KILL or USER_NOTIF never reach the tracer");
}

/* A descriptor of the listener that was asked for, or the thread that stood in the way of TSYNC. */
static bool is_success(const struct thread *t, int32_t result)
{
	return result == 0 || (result > 0 && t->own.asks == ASKS_FILTER && t->own.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

void seccomp_left(struct tracer *tr, struct thread *t)
{
	struct user_regs_struct regs;

	if (t->own.asks == ASKS_NOTHING)
		return;
	if (tracee_get_regs(t->tid, &regs) == 0 && is_success(t, (int32_t)regs.rax)) {
		if (t->own.asks == ASKS_NO_NEW_PRIVS)
			t->own.no_new_privs = true;
		else if (t->own.asks == ASKS_STRICT)
			t->own.strict = true;
		else
			installed(tr, t);
	}
	t->own.asks = ASKS_NOTHING;
}

void seccomp_inherit(struct thread *t, const struct thread *maker)
{
	t->own.filters = maker->own.filters;
	t->own.no_new_privs = maker->own.no_new_privs;
	t->own.strict = maker->own.strict;
}
