/* SPDX-License-Identifier: MIT */
/*
 * Shows `int80-64` in a 64-bit program, the way pasted 32-bit assembly makes
 * it: the i386 table, of which getpid is number 20. Beside it the same call
 * by `syscall64`, number 39 there.
 */
#include "support/sample.h"
#include "support/signals.h"

enum { NR32_GETPID = 20 };

static __attribute__((noinline)) long pasted_getpid(void)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(NR32_GETPID) : "r8", "r9", "r10", "r11", "memory");
	return ret;
}

int sample_main(struct sample *s)
{
	long pid = sys0(__NR_getpid), ok = 0;

	/* Without IA32 emulation the instruction faults, and is no entry. */
	refused_skips(s, "this kernel has no IA32 emulation: int 0x80 faults");
	for (unsigned i = 0; i < s->rounds; i++) {
		ok |= pasted_getpid() ^ pid;
		truth_add(PATH_INT80_64, ABI_I386, NR32_GETPID);
	}
	refused_is_fatal(s);
	return ok != 0;
}
