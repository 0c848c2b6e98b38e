/* SPDX-License-Identifier: MIT */
#include "trace/nested.h"

#include "syscalls/names.h"
#include "trace/inplace.h"
#include "trace/later.h"
#include "tracee/memory.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* A tracer's wait for a task that it attached to is over at once; this is well above that. */
enum { WAIT_NS = 700000000 };

/* include/linux/errno.h: what wait4(2) answers inside when it is interrupted */
enum { ERESTARTSYS = 512 };

/* Calls that wait for a child, and the arguments that say for which, and how. */
static const struct {
	const char *name;
	unsigned whom, options;
} waits[] = {{"waitpid", 0, 2}, {"wait4", 0, 2}, {"waitid", 1, 3}};

void nested_asked(struct tracer *tr, struct thread *t, const uint64_t args[6])
{
	const pid_t pid = (pid_t)args[1];

	if (args[0] == PTRACE_TRACEME)
		t->nested.wants_tracer = true;
	else if ((args[0] != PTRACE_ATTACH && args[0] != PTRACE_SEIZE) || !threads_find(&tr->threads, pid))
		return;
	else
		t->nested.refused = pid;
	if (tr->phase == PHASE_KEEPING)
		return;
	if (!tr->nested_said) {
		shared_wipe_line(tr->shared);
		diag("process %d asks to %s, which is refused: a program that is traced cannot trace itself (ptrace(2)); what debuggers, sandboxes and leak checkers do in it fails",
		     (int)t->tgid, args[0] == PTRACE_TRACEME ? "be traced by its parent" : "trace another of the program");
	}
	tr->nested_said = true;
	if (t->nested.refused)
		inplace_close(t, "it asked to trace a process");
	tally_blind(&tr->tally, "nested-ptrace", 1,
		    "requests of the program to trace a process: a task has one tracer only, so those on traced tasks are refused (EPERM)");
}

void nested_enter(struct tracer *tr, struct thread *t, enum abi abi, int64_t nr, const uint64_t args[6])
{
	if (!t->nested.refused)
		return;
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		pid_t whom = (pid_t)args[waits[i].whom];

		if (syscall_number(abi, waits[i].name) != nr || args[waits[i].options] & WNOHANG ||
		    (whom > 0 && whom != t->nested.refused))
			continue;
		t->nested.waits = true;
		t->nested.refused = 0;
		later_set(tr, t, WAIT_NS, LATER_INTERRUPT);
		return;
	}
}

bool nested_interrupted(struct thread *t)
{
	struct user_regs_struct regs;

	if (!t->nested.waits)
		return false;
	t->nested.waits = false;
	if (tracee_get_regs(t->tid, &regs) != 0 || (int32_t)regs.rax != -ERESTARTSYS)
		return false;
	regs.rax = (uint64_t)-ECHILD;
	return tracee_set_regs(t->tid, &regs) == 0;
}

bool nested_swallows(const struct thread *t, int sig)
{
	return sig == SIGSTOP && t->nested.wants_tracer;
}
