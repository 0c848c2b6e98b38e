/* SPDX-License-Identifier: MIT */
#include "trace/disguise.h"

#include "tracee/memory.h"
#include "tracee/procfs.h"

#include <sys/prctl.h>
#include <unistd.h>

/* Set on the program, and not on us who made it: then it is the launcher's doing. */
static bool only_there(pid_t pid, const char *key)
{
	uint64_t there = 0, here = 0;

	return procfs_status(pid, key, 10, &there) && procfs_status(getpid(), key, 10, &here) && there &&
	       !here;
}

void disguise_init(struct disguise *d, pid_t pid)
{
	d->filter = only_there(pid, "Seccomp");
	d->no_new_privs = only_there(pid, "NoNewPrivs");
}

void call_answer(struct thread *t, int64_t result)
{
	struct user_regs_struct regs;

	if (tracee_get_regs(t->tid, &regs) != 0)
		return;
	/* seccomp(2), SECCOMP_RET_TRACE: number -1 skips the call, and the result stands as set. */
	regs.orig_rax = (uint64_t)-1;
	regs.rax = (uint64_t)result;
	tracee_set_regs(t->tid, &regs);
}

void disguise_prctl(const struct disguise *d, struct thread *t, uint64_t op)
{
	if ((op == PR_GET_SECCOMP && d->filter && !t->own.filters) ||
	    (op == PR_GET_NO_NEW_PRIVS && d->no_new_privs && !t->own.no_new_privs))
		call_answer(t, 0);
}
