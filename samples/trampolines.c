/* SPDX-License-Identifier: MIT */
/*
 * Jumps straight to every int 0x80 in executable memory that is neither its own nor
 * the kernel's: after many calls a tracer's code may lie there, and such a jump goes
 * past what counts. Each is an entry. Untraced there is none, and nothing to do.
 */
#include "support/regions.h"
#include "support/signals.h"

enum { HOT = 100, SITE_BYTES = 32, JUMPS_MAX = 64 };

/* trampolines.asm */
extern const char trampoline_sites[], trampoline_sites_end[], trampoline_back[];
long trampoline_enter(long nr, unsigned long at);
extern unsigned long trampoline_esp;
unsigned long trampoline_esp;

static volatile unsigned faults;
static long pid;
static unsigned wrong;

static void on_fault(int sig, siginfo_t *info, struct ucontext *uc)
{
	(void)sig, (void)info;
	faults++;
	uc->uc_mcontext.eip = (unsigned long)trampoline_back;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_rt_sigreturn);
}

static void calls(const struct sample *s)
{
	for (unsigned i = 0; i < HOT; i++) {
		for (const char *site = trampoline_sites; site < trampoline_sites_end; site += SITE_BYTES) {
			truth_add(PATH_INT80, ABI_I386, __NR_getpid);
			wrong += ((long (*)(void))(unsigned long)site)() != pid;
		}
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
	}
}

static void jump_into(const struct region *r)
{
	unsigned jumps = 0;

	for (unsigned long at = r->from; at + 1 < r->to && jumps < JUMPS_MAX; at++) {
		const volatile unsigned char *p = (const unsigned char *)at;
		unsigned before = faults;
		long got;

		if (p[0] != 0xcd || p[1] != 0x80)
			continue;
		jumps++;
		truth_add(PATH_INT80, ABI_I386, __NR_getpid);
		got = trampoline_enter(__NR_getpid, at);
		/* What stands behind it may need what stands before it. */
		wrong += faults == before && got != pid;
	}
}

int sample_main(struct sample *s)
{
	static unsigned char handler_stack[16384];
	static struct regions now;
	const stack_t own = {.ss_sp = handler_stack, .ss_size = sizeof(handler_stack)};
	long maps;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	maps = regions_open(s);
	pid = sys0(__NR_getpid);
	sys2(__NR_sigaltstack, &own, 0);
	signal_handle(s, SIGSEGV, (void *)on_fault, SA_SIGINFO | SA_ONSTACK);
	signal_handle(s, SIGILL, (void *)on_fault, SA_SIGINFO | SA_ONSTACK);
	signal_handle(s, SIGTRAP, (void *)on_fault, SA_SIGINFO | SA_ONSTACK);
	for (unsigned i = 0; i < s->rounds; i++) {
		calls(s);
		regions_read(s, maps, &now);
		for (unsigned k = 0; k < now.n; k++)
			if (now.all[k].executable && now.all[k].readable && region_foreign(&now.all[k]))
				jump_into(&now.all[k]);
	}
	calls(s);
	return wrong != 0;
}
