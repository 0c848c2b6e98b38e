/* SPDX-License-Identifier: MIT */
/*
 * Shows a signal frame that leads into the middle of the vDSO's function, as one
 * does whose signal came between its pushes and its entry instruction. The
 * program signals itself through the vDSO, and the handler makes the frame lead
 * there, for another call; before that it makes so many calls that a tracer may
 * have changed the function by then.
 */
#include "support/signals.h"

#include <linux/mman.h>

/* Behind the three pushes, as far before the landing pad: a move, the instruction, and int 0x80. */
enum { BACK = 6, BETWEEN = 50, EDGE = 200, PAGE = 4096 };

static unsigned long landing_pad;
static volatile unsigned led;
static const struct sample *sample;

static void on_signal(int sig, siginfo_t *info, struct ucontext *uc)
{
	(void)sig, (void)info;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_rt_sigreturn);
	for (unsigned i = 0; i < BETWEEN; i++)
		vdso_call(sample, __NR_getpgrp, 0, 0, 0, 0);
	if (uc->uc_mcontext.eip != landing_pad)
		return;
	uc->uc_mcontext.eip -= BACK;
	uc->uc_mcontext.eax = __NR_getppid;
	truth_add(sample->vdso, ABI_I386, __NR_getppid);
	led++;
}

/* Calls with esp so near to the start of a mapping that the vDSO's pushes just fit. */
static void at_the_edge(const struct sample *s, unsigned times)
{
	const long args[6] = {0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0};
	unsigned long low = (unsigned long)sys1(__NR_mmap, args), esp = low + PAGE + 16;

	sys3(__NR_mprotect, low, PAGE, PROT_NONE);
	while (times--) {
		long nr = __NR_getppid;

		truth_add(s->vdso, ABI_I386, __NR_getppid);
		__asm__ volatile("xchg %%esp, %[esp]\n\tcall *%[to]\n\txchg %%esp, %[esp]"
				 : "+a"(nr), [esp] "+b"(esp)
				 : [to] "S"(s->sysinfo)
				 : "memory");
	}
}

int sample_main(struct sample *s)
{
	long pid = sys0(__NR_getpid), parent = sys0(__NR_getppid);
	unsigned wrong = 0;

	if (!s->sysinfo || s->vdso == PATH_VDSO_INT80)
		sample_skip(s, "the vDSO has no fast entry instruction here");
	sample = s;
	landing_pad = truth_landing_pad(s->sysinfo);
	if (same_text(s->word, "edge"))
		at_the_edge(s, EDGE);
	signal_handle(s, SIGUSR1, (void *)on_signal, SA_SIGINFO);
	for (unsigned i = 0; i < s->rounds; i++)
		wrong += vdso_call(s, __NR_kill, pid, SIGUSR1, 0, 0) != parent;
	return wrong || led != s->rounds;
}
