/* SPDX-License-Identifier: MIT */
#include "support/threads.h"

#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/sched.h>

#define STACK_BYTES 16384

#define THREAD_FLAGS \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | \
	 CLONE_CHILD_CLEARTID)

/* Its exit itself is made in assembly, on a stack that nothing may touch any more. */
static void count_exit(void)
{
	truth_add(PATH_INT80, ABI_I386, __NR_exit);
}

void thread_start(struct sample *s, struct thread *t, void (*run)(struct thread *self), void *argument)
{
	char *stack = sample_map(STACK_BYTES, PROT_READ | PROT_WRITE, -1, false);

	if (!stack)
		sample_fail(s, "no memory for a thread's stack", 0);
	t->run = run;
	t->leave = count_exit;
	t->argument = argument;
	t->alive = 1;
	truth_add(PATH_INT80, ABI_I386, __NR_clone);
	t->tid = thread_clone(t, stack + STACK_BYTES, THREAD_FLAGS);
	if (t->tid < 0)
		sample_fail(s, "clone", t->tid);
}

void thread_join(struct thread *t)
{
	while (t->alive)
		sys4(__NR_futex, &t->alive, FUTEX_WAIT, 1, 0);
}
