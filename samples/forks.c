/* SPDX-License-Identifier: MIT */
/*
 * Shows processes that enter on both sides of fork and exec: each round starts
 * four children that live at the same time. One makes calls and executes this
 * program again, which makes calls; one shares its parent's memory until it
 * executes, as vfork(2) and posix_spawn(3) do, and makes calls in that memory;
 * one forks a grandchild while it makes calls; one has an exec that fails first.
 */
#include "support/threads.h"

#include <asm/signal.h>
#include <linux/mman.h>
#include <linux/sched.h>

enum { LEAF_CODE = 3, CALLS = 25 };

static void work(const struct sample *s, unsigned calls)
{
	for (unsigned i = 0; i < calls; i++) {
		sys0(__NR_getppid);
		vdso_call(s, __NR_getuid32, 0, 0, 0, 0);
	}
}

static void become_leaf(const struct sample *s)
{
	const char *argv[] = {s->argv[0], "1", s->shared, "leaf", NULL};

	sys3(__NR_execve, s->argv[0], argv, s->envp);
	sample_fail(s, "cannot execute itself", 0);
}

static void in_parents_memory(struct thread *self)
{
	const struct sample *s = self->argument;

	work(s, CALLS);
	become_leaf(s);
}

static void forks_grandchild(const struct sample *s)
{
	long grandchild = sys0(__NR_fork);

	work(s, CALLS);
	if (grandchild > 0 && sample_wait(grandchild) != LEAF_CODE << 8)
		sample_exit(1);
	sample_exit(LEAF_CODE);
}

int sample_main(struct sample *s)
{
	static struct thread spawned;
	unsigned right = 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	if (same_text(s->word, "leaf")) {
		work(s, CALLS);
		sample_exit(LEAF_CODE);
	}
	truth_share(s);
	spawned.run = in_parents_memory;
	spawned.argument = s;
	for (unsigned i = 0; i < s->rounds; i++) {
		char *stack = sample_map(16384, PROT_READ | PROT_WRITE, -1, false);
		long pid;

		if (!stack)
			sample_fail(s, "no memory for a stack", 0);
		if (sys0(__NR_fork) == 0) {
			work(s, CALLS);
			become_leaf(s);
		}
		truth_add(PATH_INT80, ABI_I386, __NR_clone);
		pid = thread_clone(&spawned, stack + 16384, CLONE_VM | CLONE_VFORK | SIGCHLD);
		work(s, CALLS);
		if (sys0(__NR_fork) == 0)
			forks_grandchild(s);
		if (sys0(__NR_fork) == 0) {
			sys3(__NR_execve, "/nowhere", NULL, s->envp);
			work(s, CALLS);
			become_leaf(s);
		}
		if (pid < 0)
			sample_fail(s, "clone", pid);
		for (unsigned children = 0; children < 4; children++)
			right += sample_wait(-1) == LEAF_CODE << 8;
		sys2(__NR_munmap, stack, 16384);
	}
	return right != 4 * s->rounds;
}
