/* SPDX-License-Identifier: MIT */
/*
 * Shows calls that come back twice or somewhere else, each by an int 0x80 of its
 * own that is run again and again: vfork, clone and clone3 with a stack of their own,
 * sigreturn and rt_sigreturn. The children start right behind the instruction. One
 * clone goes through the vDSO, whose child comes back from it on a stack that the
 * program has prepared.
 */
#include "support/checked.h"
#include "support/signals.h"
#include "support/threads.h"

#include <linux/mman.h>
#include <linux/sched.h>

enum { STACK_BYTES = 16384, CHILD_CODE = 9, ENOSYS_RESULT = -38, RESTORER = 0x04000000 };

struct made {
	long (*run)(struct made *self);
	const struct sample *s;
	volatile unsigned runs;
};

/* makers.asm */
long maker_vfork(void);
long maker_clone(struct made *m, void *stack_top, unsigned long flags);
long maker_clone3(struct made *m, const struct clone_args *args, unsigned long size);
long maker_clone_vdso(struct made *m, void *stack_top, unsigned long flags, unsigned long sysinfo);
void maker_sigreturn(void);
void maker_rt_sigreturn(void);

static volatile unsigned handled;

static long child(struct made *m)
{
	sys0(__NR_getuid32);
	vdso_call(m->s, __NR_getppid, 0, 0, 0, 0);
	m->runs++;
	truth_add(PATH_INT80, ABI_I386, __NR_exit);
	return CHILD_CODE;
}

static void by_vfork(const struct sample *s)
{
	long pid;

	truth_add(PATH_INT80, ABI_I386, __NR_vfork);
	pid = maker_vfork();
	if (pid == 0) {
		sys0(__NR_getuid32);
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
		handled++;
		sample_exit(CHILD_CODE);
	}
	if (pid < 0 || sample_wait(pid) != CHILD_CODE << 8)
		sample_fail(s, "vfork", pid);
}

static void check(const struct made *m, const char *what, long pid, unsigned runs)
{
	if (pid < 0 || sample_wait(pid) != CHILD_CODE << 8 || m->runs != runs)
		sample_fail(m->s, what, pid);
}

static void on_plain(int sig)
{
	(void)sig;
	handled++;
	truth_add(PATH_INT80, ABI_I386, __NR_sigreturn);
}

static void on_rt(int sig, siginfo_t *info, struct ucontext *uc)
{
	(void)sig, (void)info, (void)uc;
	handled++;
	truth_add(PATH_INT80, ABI_I386, __NR_rt_sigreturn);
}

static void handle(const struct sample *s, int sig, void *handler, unsigned long flags, void (*restorer)(void))
{
	const struct {
		void *handler;
		unsigned long flags;
		void (*restorer)(void);
		unsigned long mask[2];
	} action = {handler, flags | RESTORER, restorer, {0, 0}};

	if (sys4(__NR_rt_sigaction, sig, &action, 0, 8) != 0)
		sample_fail(s, "rt_sigaction", sig);
}

static unsigned by_signal(const struct way *way, long pid)
{
	unsigned before = handled;

	/* The registers that the handler's return puts back are looked at. */
	checked2(way, __NR_kill, pid, SIGUSR1);
	checked2(way, __NR_kill, pid, SIGUSR2);
	return handled != before + 2;
}

int sample_main(struct sample *s)
{
	static struct made m = {.run = child};
	char *stack = sample_map(STACK_BYTES, PROT_READ | PROT_WRITE, -1, false);
	const struct clone_args args = {.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD,
					.stack = (uintptr_t)stack, .stack_size = STACK_BYTES};
	const struct way ways[2] = {way_int80(), way_vdso(s)};
	const unsigned long flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
	long pid, self = sys0(__NR_getpid);
	unsigned wrong = 0, runs = 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	if (!stack)
		sample_fail(s, "no memory for a stack", 0);
	m.s = s;
	handle(s, SIGUSR1, (void *)on_plain, 0, maker_sigreturn);
	handle(s, SIGUSR2, (void *)on_rt, SA_SIGINFO, maker_rt_sigreturn);
	for (unsigned i = 0; i < s->rounds; i++) {
		by_vfork(s);
		truth_add(PATH_INT80, ABI_I386, __NR_clone);
		check(&m, "clone", maker_clone(&m, stack + STACK_BYTES, flags), ++runs);
		truth_add(PATH_INT80, ABI_I386, __NR_clone3);
		pid = maker_clone3(&m, &args, sizeof(args));
		if (pid != ENOSYS_RESULT)
			check(&m, "clone3", pid, ++runs);
		/* A vDSO that pushes nothing would return to what is prepared for pops. */
		if (*(const unsigned char *)s->sysinfo != 0xcd) {
			truth_add(s->vdso, ABI_I386, __NR_clone);
			pid = maker_clone_vdso(&m, stack + STACK_BYTES, flags, s->sysinfo);
			check(&m, "clone by the vDSO", pid, ++runs);
		}
		wrong += by_signal(&ways[i % 2], self);
	}
	return (wrong | expect(s, "a register or flag that changed", (long)checked_wrong, 0)) != 0;
}
