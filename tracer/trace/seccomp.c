/* SPDX-License-Identifier: MIT */
#include "trace/seccomp.h"

#include "trace/inplace.h"
#include "tracee/memory.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
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

bool seccomp_enter(struct tracer *tr, struct thread *t, enum call_kind kind, enum abi abi, const uint64_t args[6])
{
	if (kind == CALL_SECCOMP)
		return args[0] == SECCOMP_SET_MODE_FILTER && ask_filter(tr, t, abi, args[2], args[1]);
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
