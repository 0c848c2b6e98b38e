/* SPDX-License-Identifier: MIT */
#include "trace/slice.h"

#include "trace/later.h"
#include "tracee/memory.h"
#include "tracee/procfs.h"

#include <signal.h>

/* So many at one place; and so many more when a slice was cut short by a call, for then the program gets on. */
enum { ENOUGH = 4, NOT_SO_SOON = 4, SLICE_NS = 300000 };

static uint64_t bit(int sig)
{
	return UINT64_C(1) << (sig - 1);
}

static bool begin(struct tracer *tr, struct thread *t)
{
	uint64_t mask;

	if (ptrace(PTRACE_GETSIGMASK, t->tid, (void *)sizeof(mask), &mask) != 0)
		return false;
	t->slice.mask = mask;
	mask |= bit(t->slice.sig);
	if (ptrace(PTRACE_SETSIGMASK, t->tid, (void *)sizeof(mask), &mask) != 0)
		return false;
	t->slice.runs = true;
	later_set(tr, t, SLICE_NS, LATER_INTERRUPT);
	return true;
}

static void note_place(struct thread *t, const struct user_regs_struct *regs)
{
	t->slice.ip = regs->rip;
	t->slice.sp = regs->rsp;
}

/* Faults, which the kernel forces on a task: it would end one that blocks them. */
static bool is_fault(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGFPE || sig == SIGTRAP || sig == SIGSYS;
}

bool slice_signal(struct tracer *tr, struct thread *t, int sig)
{
	struct user_regs_struct regs;
	uint64_t ignored, caught;

	t->slice.wanted = false;
	if (sig < 1 || sig > 64 || is_fault(sig) || tracee_get_regs(t->tid, &regs) != 0)
		return false;
	if (regs.rip != t->slice.ip || regs.rsp != t->slice.sp) {
		note_place(t, &regs);
		t->slice.count = t->slice.count < 0 ? t->slice.count : 0;
		return false;
	}
	if (++t->slice.count < ENOUGH || !procfs_signals(t->tid, &ignored, &caught))
		return false;
	t->slice.sig = sig;
	if (caught & bit(sig)) {
		t->slice.wanted = true;
		return false;
	}
	return ignored & bit(sig) && begin(tr, t);
}

bool slice_wanted(const struct thread *t)
{
	return t->slice.wanted;
}

bool slice_returned(struct tracer *tr, struct thread *t)
{
	if (!t->slice.wanted)
		return false;
	t->slice.wanted = false;
	return begin(tr, t);
}

void slice_over(struct thread *t, const struct stop *s)
{
	struct user_regs_struct regs;

	if (!t->slice.runs)
		return;
	t->slice.runs = false;
	ptrace(PTRACE_SETSIGMASK, t->tid, (void *)sizeof(t->slice.mask), &t->slice.mask);
	t->slice.count = -NOT_SO_SOON;
	/* It ran to its end. What comes next finds it here. */
	if (s->kind == STOP_TRAP && tracee_get_regs(t->tid, &regs) == 0) {
		note_place(t, &regs);
		t->slice.count = ENOUGH;
	}
}
