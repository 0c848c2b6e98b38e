/* SPDX-License-Identifier: MIT */
/*
 * Shows makers that are killed while they make children: by fork, vfork, clone to
 * their own parent, and from two threads at once. Nobody may wait for ever: the main
 * process waits for all that came of each. Its own calls are the account; the
 * makers' are as many as there was time for.
 */
#include "support/threads.h"

#include <asm/signal.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/time_types.h>

enum { CALLS = 3, ECHILD_RESULT = -10, KINDS = 4, STACK_BYTES = 16384 };

/* What is not in the account. */
static long quiet(long nr, long a, long b, long c, long d)
{
	return plain_call(nr, a, b, c, d, 0, 0);
}

static __attribute__((noreturn)) void leave(void)
{
	for (;;)
		quiet(__NR_exit, 0, 0, 0, 0);
}

static void calls(const struct sample *s)
{
	for (unsigned i = 0; i < 20; i++) {
		long ret;

		__asm__ volatile("call *%[entry]" : "=a"(ret) : "a"(__NR_gettid), [entry] "m"(s->sysinfo) : "memory");
	}
}

static __attribute__((noreturn)) void make(const struct sample *s, long nr, long flags)
{
	for (;;) {
		if (quiet(nr, flags, 0, 0, 0) == 0) {
			calls(s);
			leave();
		}
		calls(s);
	}
}

/* With vfork the child has its parent's stack: nothing of it may be left by the child. */
static __attribute__((noreturn)) void make_by_vfork(void)
{
	__asm__ volatile("1:\n\tmov %[vfork], %%eax\n\tint $0x80\n\ttest %%eax, %%eax\n\tjnz 1b\n\t"
			 "xor %%ebx, %%ebx\n\tmov %[exit], %%eax\n\tint $0x80"
			 :
			 : [vfork] "i"(__NR_vfork), [exit] "i"(__NR_exit)
			 : "eax", "ebx", "memory");
	__builtin_unreachable();
}

static void make_in_thread(struct thread *self)
{
	make(self->argument, __NR_fork, 0);
}

static __attribute__((noreturn)) void be_maker(struct sample *s, unsigned kind)
{
	static struct thread thread;

	switch (kind) {
	case 0:
		make(s, __NR_fork, 0);
	case 1:
		make_by_vfork();
	case 2:
		make(s, __NR_clone, CLONE_PARENT | SIGCHLD);
	default:
		thread_start(s, &thread, make_in_thread, s);
		make(s, __NR_fork, 0);
	}
}

static void pause_us(unsigned us)
{
	const struct __kernel_old_timespec ts = {0, (long)us * 1000};

	quiet(__NR_nanosleep, (long)&ts, 0, 0, 0);
}

int sample_main(struct sample *s)
{
	unsigned wrong = 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	s->others_enter = true;
	quiet(__NR_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0);
	for (unsigned i = 0; i < s->rounds; i++) {
		long maker = quiet(__NR_fork, 0, 0, 0, 0), got;

		if (maker == 0)
			be_maker(s, i % KINDS);
		for (unsigned k = 0; k < CALLS; k++) {
			vdso_call(s, __NR_getppid, 0, 0, 0, 0);
			sys0(__NR_getuid32);
		}
		pause_us(i * 37 % 1500);
		wrong += sys2(__NR_kill, maker, SIGKILL) != 0;
		while ((got = quiet(__NR_wait4, -1, 0, 0x40000000 /* __WALL */, 0)) > 0)
			continue;
		wrong += got != ECHILD_RESULT;
	}
	return wrong != 0;
}
