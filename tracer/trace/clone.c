/* SPDX-License-Identifier: MIT */
#include "trace/clone.h"

#include "trace/birth.h"
#include "tracee/memory.h"

#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000 /* Linux 5.2 */
#endif

enum { CSIGNAL_MASK = 0xff };

/* clone(2)'s flags end here; clone3 has more (linux/sched.h). */
#define CLONE_FLAGS_MAX 0xffffffffu

/* struct clone_args of linux/sched.h: its three sizes. */
struct clone_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	uint64_t set_tid, set_tid_size;
	uint64_t cgroup;
};

enum { SIZE_0 = 64, SIZE_1 = 80, SIZE_2 = 88 };

_Static_assert(sizeof(struct clone_args) == SIZE_2, "CLONE_ARGS_SIZE_VER2");

/* ---- registers, lent ---- */

static void put_arguments(struct user_regs_struct *to, const struct user_regs_struct *from)
{
	to->rbx = from->rbx;
	to->rcx = from->rcx;
	to->rdx = from->rdx;
	to->rsi = from->rsi;
	to->rdi = from->rdi;
	to->rbp = from->rbp;
	to->r8 = from->r8;
	to->r9 = from->r9;
	to->r10 = from->r10;
	to->orig_rax = from->orig_rax;
}

bool call_lend(struct thread *t, const struct user_regs_struct *regs)
{
	if (tracee_get_regs(t->tid, &t->own_regs) != 0)
		return false;
	t->lent = tracee_set_regs(t->tid, regs) == 0;
	return t->lent;
}

void call_restore(struct thread *t)
{
	struct user_regs_struct regs;
	uint64_t rcx;

	if (!t->lent)
		return;
	t->lent = false;
	if (tracee_get_regs(t->tid, &regs) != 0)
		return;
	/* Behind a 64-bit syscall it is the instruction pointer. */
	rcx = regs.rcx;
	put_arguments(&regs, &t->own_regs);
	if (t->abi != ABI_I386)
		regs.rcx = rcx;
	tracee_set_regs(t->tid, &regs);
}

/* ---- the calls ---- */

/* Can clone(2) do what is asked for? The rest is left to the kernel, also what it refuses. */
static bool fits_clone(const struct clone_args *a, size_t size, enum abi abi)
{
	const uint64_t word_max = abi == ABI_I386 ? UINT32_MAX : UINT64_MAX;

	return (size == SIZE_0 || size == SIZE_1 || size == SIZE_2) && a->flags <= CLONE_FLAGS_MAX &&
	       !(a->flags & (CSIGNAL_MASK | CLONE_DETACHED)) && a->exit_signal <= 64 && !a->set_tid && !a->set_tid_size &&
	       !(a->flags & CLONE_PIDFD && a->flags & CLONE_PARENT_SETTID) && !a->stack == !a->stack_size &&
	       a->stack <= word_max && a->stack_size <= word_max - a->stack;
}

static void as_clone(const struct clone_args *a, enum abi abi, int64_t nr, uint64_t without, struct user_regs_struct *regs)
{
	const uint64_t flags = (a->flags & ~without) | a->exit_signal, stack = a->stack + a->stack_size,
		       parent = a->flags & CLONE_PIDFD ? a->pidfd : a->parent_tid;

	regs->orig_rax = (uint64_t)nr;
	if (abi == ABI_I386) {
		regs->rbx = flags;
		regs->rcx = stack;
		regs->rdx = parent;
		regs->rsi = a->tls;
		regs->rdi = a->child_tid;
	} else {
		regs->rdi = flags;
		regs->rsi = stack;
		regs->rdx = parent;
		regs->r10 = a->child_tid;
		regs->r8 = a->tls;
	}
}

/* The flags that are taken off. */
static uint64_t taken_off(bool keeps_vfork)
{
	return CLONE_UNTRACED | (keeps_vfork ? CLONE_VFORK : 0);
}

static bool enter_clone(struct thread *t, enum abi abi, bool keeps_vfork)
{
	const uint64_t without = taken_off(keeps_vfork);
	struct user_regs_struct regs;

	if (!(t->clone_flags & without) || tracee_get_regs(t->tid, &regs) != 0)
		return false;
	if (abi == ABI_I386)
		regs.rbx &= ~without;
	else
		regs.rdi &= ~without;
	t->vfork.asked = t->clone_flags & without & CLONE_VFORK;
	return call_lend(t, &regs);
}

/* of the tables: i386, x86-64, x32 */
static const int64_t clone_number[ABIS] = {120, 56, 0x40000000 + 56};

bool clone_as_vfork(struct thread *t, enum abi abi)
{
	const struct clone_args a = {.flags = CLONE_VM, .exit_signal = SIGCHLD};
	struct user_regs_struct regs;

	if (tracee_get_regs(t->tid, &regs) != 0)
		return false;
	as_clone(&a, abi, clone_number[abi], 0, &regs);
	t->vfork.asked = true;
	return call_lend(t, &regs);
}

static bool enter_clone3(struct thread *t, enum abi abi, const uint64_t args[6], bool keeps_vfork)
{
	struct clone_args a = {0};
	struct user_regs_struct regs;
	size_t size = (size_t)args[1];

	t->clone_flags = 0;
	if (size > sizeof(a) || tracee_read(t->tid, taddr(args[0]), &a, size) != size)
		return true;
	t->clone_flags = a.flags;
	if (fits_clone(&a, size, abi) && tracee_get_regs(t->tid, &regs) == 0) {
		as_clone(&a, abi, clone_number[abi], taken_off(keeps_vfork), &regs);
		t->vfork.asked = keeps_vfork && a.flags & CLONE_VFORK;
		return call_lend(t, &regs);
	}
	/* What cannot be made certain is looked at afterwards. */
	a.flags &= ~(uint64_t)CLONE_UNTRACED;
	if (a.flags != t->clone_flags)
		tracee_write(t->tid, taddr(args[0]), &a.flags, sizeof(a.flags));
	return true;
}

bool clone_enter(struct thread *t, enum call_kind kind, enum abi abi, const uint64_t args[6], bool keeps_vfork)
{
	t->announced = false;
	t->vfork.asked = false;
	if (kind == CALL_CLONE3)
		return enter_clone3(t, abi, args, keeps_vfork);
	t->clone_flags = args[0];
	return enter_clone(t, abi, keeps_vfork);
}

void clone_left(struct tracer *tr, struct thread *t)
{
	struct user_regs_struct regs;
	pid_t child;

	if (!t->in_clone3)
		return;
	t->in_clone3 = false;
	if (t->announced || tracee_get_regs(t->tid, &regs) != 0 || (int64_t)regs.rax <= 0)
		return;
	child = (pid_t)regs.rax;
	tally_blind(&tr->tally, "escaped", 1,
		    "tasks that the program made with CLONE_UNTRACED behind the tracer's back (clone3's arguments changed during the call): what they did until they were caught is not counted");
	if (ptrace(PTRACE_SEIZE, child, NULL, (long)(TRACER_OPTIONS | PTRACE_O_EXITKILL)) != 0)
		return;
	birth_expect(tr, child);
	ptrace(PTRACE_INTERRUPT, child, NULL, NULL);
}
