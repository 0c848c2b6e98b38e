/* SPDX-License-Identifier: MIT */
#include "trace/vfork.h"

#include "trace/clone.h"
#include "trace/inplace.h"
#include "trace/later.h"
#include "trace/stop.h"
#include "trace/turn.h"
#include "tracee/procfs.h"

#include <signal.h>

enum { LOOK_NS = 50000000 };

bool vfork_keeps(const struct tracer *tr, enum abi abi)
{
	return !tr->attached && abi == ABI_I386;
}

bool vfork_wait(struct tracer *tr, struct thread *t)
{
	unsigned long child;
	struct thread *c;

	if (!t->vfork.asked || !stop_message(t->tid, &child))
		return false;
	t->vfork.asked = false;
	c = threads_find(&tr->threads, (pid_t)child);
	if (!c)
		return false;
	c->vfork.parent = t->tid;
	t->vfork.child = c->tid;
	t->handling = false;
	later_set(tr, t, LOOK_NS, LATER_LOOK);
	if (inplace_holds(t))
		inplace_recheck(t->space);
	return true;
}

static void go_on(struct tracer *tr, struct thread *t)
{
	t->vfork.child = 0;
	t->in_vfork = false;
	later_clear(tr, t);
	turn_resume(tr, t, PTRACE_CONT, 0);
}

void vfork_over(struct tracer *tr, pid_t parent, pid_t child)
{
	struct thread *t = parent ? threads_find(&tr->threads, parent) : NULL;

	if (t && t->vfork.child == child)
		go_on(tr, t);
}

/* Signals whose default action ends a program without a core file: for those the kernel ends the wait. */
static uint64_t fatal_signals(void)
{
	static const int harmless_or_core[] = {SIGCHLD, SIGCONT, SIGURG,  SIGWINCH, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU,
					       SIGQUIT, SIGILL,  SIGTRAP, SIGABRT,  SIGBUS,  SIGFPE,  SIGSEGV, SIGXCPU,
					       SIGXFSZ, SIGSYS};
	uint64_t set = UINT64_MAX;

	for (size_t i = 0; i < sizeof(harmless_or_core) / sizeof(*harmless_or_core); i++)
		set &= ~(UINT64_C(1) << (harmless_or_core[i] - 1));
	return set;
}

static bool is_ending(pid_t tid)
{
	uint64_t own = 0, shared = 0, blocked = 0, ignored, caught;

	return procfs_status(tid, "SigPnd", 16, &own) && procfs_status(tid, "ShdPnd", 16, &shared) && (own | shared) &&
	       procfs_status(tid, "SigBlk", 16, &blocked) && procfs_signals(tid, &ignored, &caught) &&
	       (own | shared) & ~blocked & ~ignored & ~caught & fatal_signals();
}

void vfork_look(struct tracer *tr, struct thread *t)
{
	char state = procfs_state(t->vfork.child);

	/* A child whose other threads live on is a zombie that nobody reports. */
	if (state == 'Z' || state == 'X' || state == '?' || is_ending(t->tid))
		go_on(tr, t);
	else
		later_set(tr, t, LOOK_NS, LATER_LOOK);
}
