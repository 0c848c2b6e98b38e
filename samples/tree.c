/* SPDX-License-Identifier: MIT */
/*
 * Shows a process tree of both kinds: the 32-bit program forks and vforks,
 * one child becomes the 64-bit program tree64, whose child becomes this
 * program again. All count into one shared account.
 *
 *   tree [--truth] [ROUNDS]     each process makes ROUNDS calls
 */
#include "support/sample.h"

#include <linux/sched.h>
#include <asm/signal.h>

static void work(const struct sample *s)
{
	for (unsigned i = 0; i < s->rounds; i++) {
		sys0(__NR_getppid);
		if (s->sysinfo)
			vdso_call(s, __NR_getuid32, 0, 0, 0, 0);
	}
}

int sample_main(struct sample *s)
{
	long plain, other, shared_vm;

	if (same_text(s->word, "leaf")) {
		work(s);
		sample_exit(3);
	}
	truth_share(s);
	plain = sys0(__NR_fork);
	if (plain == 0) {
		work(s);
		sample_exit(1);
	}
	other = sys0(__NR_fork);
	if (other == 0)
		sample_become(s, "tree64", "middle");
	/* As vfork(2), but the child keeps a stack frame of its own: it only execs. */
	shared_vm = sys2(__NR_clone, CLONE_VFORK | SIGCHLD, 0);
	if (shared_vm == 0)
		sample_become(s, "tree", "leaf");
	work(s);
	return sample_wait(plain) != 1 << 8 || sample_wait(other) != 5 << 8 ||
	       sample_wait(shared_vm) != 3 << 8;
}
