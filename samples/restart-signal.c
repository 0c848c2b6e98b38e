/* SPDX-License-Identifier: MIT */
/*
 * Shows `restart`: a signal whose handler has SA_RESTART interrupts a read
 * made through the vDSO, and the kernel makes the call again by the vDSO's
 * int 0x80. A child sends each signal only when the reader sleeps in its read
 * again, so there are exactly as many restarts as rounds; the handler counts
 * one when its frame leads back onto that int 0x80. Every fifth round a second
 * signal without SA_RESTART ends the call with EINTR instead.
 */
#include "support/signals.h"

enum { EINTR_RESULT = -4 };

static volatile unsigned handled, restarts, plain_returns;
/* Where the child can see that a handler ran to its end: it reads the pipe's other direction. */
static int tell;
static unsigned long landing_pad;

/* Does the frame lead back onto the vDSO's int 0x80? Then the interrupted call comes again. */
static bool comes_again(const struct ucontext *uc)
{
	return uc->uc_mcontext.eip == landing_pad - 2;
}

static void on_restart(int sig, siginfo_t *info, struct ucontext *uc)
{
	(void)sig, (void)info;
	handled++;
	if (comes_again(uc)) {
		restarts++;
		truth_add(PATH_RESTART, ABI_I386, __NR_read);
	}
	sys3(__NR_write, tell, "r", 1);
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_rt_sigreturn);
}

static void on_interrupt(int sig)
{
	(void)sig;
	plain_returns++;
	sys3(__NR_write, tell, "i", 1);
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_sigreturn);
}

/* The child: signals when the reader sleeps, and lets it go at the end. */
static void provoke(const struct sample *s, long reader, int data, int told)
{
	char c;

	for (unsigned i = 0; i < s->rounds; i++) {
		sample_wait_asleep(reader);
		sys2(__NR_kill, reader, i % 5 == 4 ? SIGUSR2 : SIGUSR1);
		/* Blocks until the handler ran: the reader is awake then, or asleep in the next read. */
		sys3(__NR_read, told, &c, 1);
	}
	sample_wait_asleep(reader);
	sys3(__NR_write, data, "x", 1);
	sample_exit(0);
}

int sample_main(struct sample *s)
{
	long pid = sys0(__NR_getpid), child, got;
	unsigned interrupted = 0;
	int data[2], told[2];
	char c;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	landing_pad = truth_landing_pad(s->sysinfo);
	truth_share(s);
	sys1(__NR_pipe, data);
	sys1(__NR_pipe, told);
	tell = told[1];
	signal_handle(s, SIGUSR1, (void *)on_restart, SA_SIGINFO | SA_RESTART);
	signal_handle(s, SIGUSR2, (void *)on_interrupt, 0);
	child = sys0(__NR_fork);
	if (child == 0)
		provoke(s, pid, data[1], told[0]);
	while ((got = vdso_call(s, __NR_read, data[0], (long)&c, 1, 0)) == EINTR_RESULT)
		interrupted++;
	sample_wait(child);
	return got != 1 || interrupted != s->rounds / 5 || restarts != s->rounds - s->rounds / 5 ||
	       plain_returns != interrupted || handled != restarts;
}
