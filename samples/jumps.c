/* SPDX-License-Identifier: MIT */
/*
 * A timer of 10 kHz whose handler leaves by a jump, out of calls and out of
 * computation, as siglongjmp does; every third time it returns instead. The
 * handler knows from its frame whether the call under way has entered: a call is
 * counted right behind the instruction that makes it, and by the handler where
 * it stops that from happening. It also checks that the frame leads back to code
 * that a program knows: its own, or the vDSO's.
 *
 *   jumps [--truth] [ROUNDS]      ROUNDS jumps; a signal a round returns
 */
#include "support/signals.h"

#include <linux/time.h>

enum { ITIMER_REAL_TIME = 0, TICK_US = 100 };

extern const char __executable_start[], etext[];
/* The call's own code: see call_counted(). */
extern const char counted_call_returns[];

static const struct sample *sample;
static unsigned long pad;
static volatile unsigned long calls;    /* getppid calls that have returned, or are known to have entered */
static volatile unsigned jumps, ticks, strange;
static void *back[5];

static void wind_up(void)
{
	/* seconds and microseconds: the interval, then the first */
	const long value[4] = {0, 0, 0, TICK_US};

	sys3(__NR_setitimer, ITIMER_REAL_TIME, value, 0);
}

/* Does the frame of a signal in the call say that it has entered, and is yet to be counted? */
static bool entered_uncounted(unsigned long ip)
{
	/* On the landing pad and behind it, in the pops and the return; or about to enter again. */
	bool in_vdso = ip >= pad - 2 && ip < pad + 8;

	return in_vdso || ip == (unsigned long)counted_call_returns;
}

static bool known(unsigned long ip)
{
	bool own = ip >= (unsigned long)__executable_start && ip < (unsigned long)etext;
	bool vdso = ip >= (sample->sysinfo & ~4095ul) && ip < (sample->sysinfo & ~4095ul) + 8192;

	return own || vdso;
}

static void on_tick(int sig, siginfo_t *info, struct ucontext *uc)
{
	unsigned long ip = uc->uc_mcontext.eip;

	(void)sig, (void)info;
	ticks++;
	strange += !known(ip);
	wind_up();
	/* Behind the last jump there may be nowhere left to jump to. */
	if (ticks % 3 == 0 || jumps >= sample->rounds) {
		if (ip == pad - 2)
			truth_add(PATH_RESTART, ABI_I386, __NR_getppid);
		truth_add(PATH_VDSO_INT80, ABI_I386, __NR_rt_sigreturn);
		return;
	}
	if (entered_uncounted(ip))
		calls++;
	jumps++;
	__builtin_longjmp(back, 1);
}

/* One call, counted right behind: a signal sees exactly one of the two states. */
static __attribute__((noinline)) void call_counted(void)
{
	long ret = __NR_getppid;

	__asm__ volatile(".globl counted_call_returns\n"
			 "call *%[entry]\n"
			 "counted_call_returns:\n\t"
			 "incl %[calls]"
			 : "+a"(ret), [calls] "+m"(calls)
			 : [entry] "m"(sample->sysinfo)
			 : "memory", "cc");
}

static __attribute__((noinline)) unsigned compute(unsigned seed)
{
	for (unsigned i = 0; i < 200; i++)
		seed = seed * 1103515245 + 12345;
	return seed;
}

static void unblock(void)
{
	const unsigned long mask[2] = {0, 0};

	sys4(__NR_rt_sigprocmask, SIG_SETMASK, mask, 0, 8);
}

/* Until enough jumps were made. Nothing in it may live in a register over a jump. */
static __attribute__((noinline)) void be_jumped(void)
{
	static volatile unsigned seed;

	if (__builtin_setjmp(back) == 0)
		wind_up();
	else
		unblock();
	while (jumps < sample->rounds) {
		for (volatile unsigned i = 0; i < 8; i++)
			call_counted();
		seed = compute(seed);
	}
}

int sample_main(struct sample *s)
{
	const long never[4] = {0, 0, 0, 0};

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	sample = s;
	pad = truth_landing_pad(s->sysinfo);
	signal_handle(s, SIGALRM, (void *)on_tick, SA_SIGINFO);
	be_jumped();
	/* The last jump has wound it up again. */
	signal_handle(s, SIGALRM, SIG_IGN, 0);
	sys3(__NR_setitimer, ITIMER_REAL_TIME, never, 0);
	truth_add_n(s->vdso, ABI_I386, __NR_getppid, calls);
	return strange != 0;
}
