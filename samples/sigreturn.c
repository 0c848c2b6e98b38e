/* SPDX-License-Identifier: MIT */
/*
 * Shows `vdso-int80` by signal return: the program signals itself and its
 * handlers return through the vDSO, by __kernel_sigreturn and, with
 * SA_SIGINFO, by __kernel_rt_sigreturn. One signal in eight comes from ud2, so
 * its handler steps over the instruction.
 */
#include "support/signals.h"

static volatile unsigned plain, with_info, faults;

static void on_plain(int sig)
{
	(void)sig;
	plain++;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_sigreturn);
}

static void on_info(int sig, siginfo_t *info, struct ucontext *uc)
{
	(void)sig, (void)info, (void)uc;
	with_info++;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_rt_sigreturn);
}

static void on_fault(int sig, siginfo_t *info, struct ucontext *uc)
{
	(void)sig, (void)info;
	faults++;
	uc->uc_mcontext.eip += 2;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_rt_sigreturn);
}

int sample_main(struct sample *s)
{
	long pid = sys0(__NR_getpid);
	unsigned ud2 = 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO to return through");
	signal_handle(s, SIGUSR1, (void *)on_plain, 0);
	signal_handle(s, SIGUSR2, (void *)on_info, SA_SIGINFO);
	signal_handle(s, SIGILL, (void *)on_fault, SA_SIGINFO);
	for (unsigned i = 0; i < s->rounds; i++) {
		sys2(__NR_kill, pid, SIGUSR1);
		vdso_call(s, __NR_kill, pid, SIGUSR2, 0, 0);
		if (i % 8 == 0) {
			ud2++;
			__asm__ volatile("ud2" ::: "memory");
		}
	}
	return plain != s->rounds || with_info != s->rounds || faults != ud2;
}
