/* SPDX-License-Identifier: MIT */
/*
 * Shows a blind spot: under Syscall User Dispatch (Linux 5.11) the kernel
 * turns calls into SIGSYS before any tracer or filter sees an entry. The
 * handler's own calls come from the allowed range.
 */
#include "support/signals.h"

#include <linux/prctl.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF 0
#define PR_SYS_DISPATCH_ON 1
#endif

static volatile unsigned char blocked; /* 1: calls are dispatched, 0: they go through */
static volatile unsigned dispatched;

static void on_sigsys(int sig)
{
	(void)sig;
	blocked = 0;
	dispatched++;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_sigreturn);
}

int sample_main(struct sample *s)
{
	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO to return through");
	signal_handle(s, SIGSYS, (void *)on_sigsys, 0);
	if (sys5(__NR_prctl, PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &blocked) != 0)
		sample_skip(s, "this kernel has no Syscall User Dispatch");
	for (unsigned i = 0; i < s->rounds; i++) {
		blocked = 1;
		/* Not in the account: no tracer sees it as an entry. */
		plain_call(__NR_getppid, 0, 0, 0, 0, 0, 0);
		blocked = 0;
		sys0(__NR_getgid32);
	}
	sys5(__NR_prctl, PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0);
	return dispatched != s->rounds;
}
