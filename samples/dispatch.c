/* SPDX-License-Identifier: MIT */
/*
 * Shows Syscall User Dispatch with a range that is exempt: calls from there are made,
 * all others are handed to the program by SIGSYS, which is told where and which they
 * are. Dispatched calls never enter the kernel's table and are not in the account. The
 * words say when it begins: "early", before any other call, or "late", when the sites
 * and the vDSO have made many; with "vdso" the vDSO is the range.
 */
#include "support/codes.h"
#include "support/regions.h"
#include "support/signals.h"

#include <linux/prctl.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif

enum { OFF, ON, ALLOW = 0, BLOCK = 1, HOT = 300, FEW = 20, RESTORER = 0x04000000, ANSWER = 777 };

/* dispatch.asm */
extern const char exempt_begin[], exempt_end[], dispatched_ip[];
long exempt_call(void);
void exempt_return(void);
long dispatched_call(void);

static const struct sample *sample;
static volatile unsigned char selector;
static volatile unsigned dispatched;
static volatile unsigned long seen_ip, seen_nr;
static long parent;
static const char *failed;
static long failed_with;
static enum entry_path returns_by;

/* A plain handler of this signal finds its context behind the number on the stack. */
static void on_sigsys(int sig, struct sigcontext context)
{
	(void)sig;
	dispatched++;
	seen_ip = context.eip;
	seen_nr = context.eax;
	((volatile struct sigcontext *)&context)->eax = ANSWER;
	truth_add(returns_by, ABI_I386, __NR_sigreturn);
}

static void handle(const struct sample *s)
{
	const struct {
		void *handler;
		unsigned long flags;
		void (*restorer)(void);
		unsigned long mask[2];
	} action = {(void *)on_sigsys, RESTORER, exempt_return, {0, 0}};

	if (sys4(__NR_rt_sigaction, SIGSYS, &action, 0, 8) != 0)
		sample_fail(s, "rt_sigaction", 0);
}

static void check(const char *what, long got, long wanted)
{
	/* Said later: now the words themselves would be dispatched. */
	if (got != wanted && !failed) {
		failed = what;
		failed_with = got;
	}
}

/* Calls from the exempt range go through, those from elsewhere come to the handler. */
static void mixed(unsigned n)
{
	unsigned before = dispatched;

	for (unsigned i = 0; i < n; i++) {
		truth_add(PATH_INT80, ABI_I386, __NR_getppid);
		check("an exempt call", exempt_call(), parent);
	}
	check("dispatched, though exempt", (long)(dispatched - before), 0);
	for (unsigned i = 0; i < n; i++) {
		seen_ip = 0;
		check("a dispatched call", dispatched_call(), ANSWER);
		check("where it was made", (long)seen_ip, (long)dispatched_ip);
		check("which it was", (long)seen_nr, __NR_getppid);
	}
	check("dispatched", (long)(dispatched - before), (long)n);
}

/* Not exempt: a call of the vDSO is dispatched at its landing pad. */
static void vdso_dispatched(unsigned n)
{
	unsigned before = dispatched;

	for (unsigned i = 0; i < n; i++) {
		long got;

		__asm__ volatile("call *%[entry]" : "=a"(got) : "a"(__NR_getppid), [entry] "m"(sample->sysinfo) : "memory");
		check("a dispatched call of the vDSO", got, ANSWER);
		check("where it was made", (long)seen_ip, (long)truth_landing_pad(sample->sysinfo));
	}
	check("dispatched", (long)(dispatched - before), (long)n);
}

static void vdso_exempt(const struct sample *s, unsigned n)
{
	unsigned before = dispatched;

	for (unsigned i = 0; i < n; i++)
		check("an exempt call of the vDSO", vdso_call(s, __NR_getppid, 0, 0, 0, 0), parent);
	check("dispatched, though exempt", (long)(dispatched - before), 0);
	for (unsigned i = 0; i < n; i++)
		check("a dispatched call", dispatched_call(), ANSWER);
}

static void begin(const struct sample *s, unsigned long from, unsigned long bytes)
{
	selector = ALLOW;
	if (sys5(__NR_prctl, PR_SET_SYSCALL_USER_DISPATCH, ON, from, bytes, &selector) != 0)
		sample_skip(s, "this kernel has no Syscall User Dispatch");
}

static void end(void)
{
	selector = ALLOW;
	sys5(__NR_prctl, PR_SET_SYSCALL_USER_DISPATCH, OFF, 0, 0, 0);
}

static void warm_up(const struct sample *s)
{
	for (unsigned i = 0; i < HOT; i++) {
		truth_add_n(PATH_INT80, ABI_I386, __NR_getppid, 2);
		check("a call", exempt_call(), parent);
		check("a call", dispatched_call(), parent);
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
	}
}

int sample_main(struct sample *s)
{
	static struct regions now;
	unsigned long from = (unsigned long)exempt_begin, bytes = (unsigned long)(exempt_end - exempt_begin);
	bool vdso = same_text(s->word, "vdso"), early = same_text(s->word, "early");

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	sample = s;
	returns_by = vdso ? PATH_VDSO_INT80 : PATH_INT80;
	/* What the handler returns through must be exempt, too. */
	if (!vdso) {
		handle(s);
	} else {
		signal_handle(s, SIGSYS, (void *)on_sigsys, 0);
		regions_read(s, regions_open(s), &now);
		for (unsigned i = 0; i < now.n; i++) {
			if (s->sysinfo >= now.all[i].from && s->sysinfo < now.all[i].to) {
				from = now.all[i].from;
				bytes = now.all[i].to - from;
			}
		}
	}
	parent = sys0(__NR_getppid);
	for (unsigned i = 0; i < s->rounds; i++) {
		if (!early)
			warm_up(s);
		begin(s, from, bytes);
		selector = BLOCK;
		if (vdso) {
			vdso_exempt(s, FEW);
		} else {
			mixed(early ? HOT : FEW);
			vdso_dispatched(FEW);
		}
		end();
		if (early)
			warm_up(s);
	}
	if (failed)
		sample_fail(s, failed, failed_with);
	return 0;
}
