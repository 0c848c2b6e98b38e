/* SPDX-License-Identifier: MIT */
/*
 * Shows `restart` by number 0, restart_syscall: nanosleep, called through the
 * vDSO, is stopped by SIGSTOP and goes on after SIGCONT, with no handler
 * anywhere. The parent stops the child only when it sleeps, waits for the stop
 * and for the continuation: one restart for each round. At the end a signal
 * with a handler ends the sleep with EINTR, which is not restarted.
 */
#include "support/signals.h"

#include <linux/time_types.h>
#include <linux/wait.h>

static volatile unsigned woken;

static void on_wake(int sig)
{
	(void)sig;
	woken++;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_sigreturn);
}

static void sleep_long(const struct sample *s)
{
	struct __kernel_old_timespec hour = {3600, 0};

	while (!woken)
		vdso_call(s, __NR_nanosleep, (long)&hour, 0, 0, 0);
	sample_exit(7);
}

int sample_main(struct sample *s)
{
	int status = 0;
	long child;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	truth_share(s);
	signal_handle(s, SIGUSR1, (void *)on_wake, 0);
	child = sys0(__NR_fork);
	if (child == 0)
		sleep_long(s);
	for (unsigned i = 0; i < s->rounds; i++) {
		sample_wait_asleep(child);
		sys2(__NR_kill, child, SIGSTOP);
		sys4(__NR_wait4, child, &status, WUNTRACED, 0);
		/* The sleep comes again as soon as the child goes on. */
		truth_add(PATH_RESTART, ABI_I386, __NR_restart_syscall);
		sys2(__NR_kill, child, SIGCONT);
		sys4(__NR_wait4, child, &status, WCONTINUED, 0);
	}
	sample_wait_asleep(child);
	sys2(__NR_kill, child, SIGUSR1);
	status = sample_wait(child);
	return status != 7 << 8;
}
