/* SPDX-License-Identifier: MIT */
/*
 * Shows `syscall32`: syscall written by hand in 32-bit code. Only AMD's (and
 * Hygon's) CPUs have it there; others are not even asked, because an emulated
 * Intel model was seen to crash the guest's kernel.
 *
 *   syscall32-raw [--truth] [ROUNDS [copy]]     copy: also through a private copy
 *                                    of the vDSO's function, called by a call
 */
#include "support/sample.h"
#include "support/signals.h"

#include <cpuid.h>

long by_syscall32(long nr, long a, long b, long c);
long by_called_syscall32(long nr, long a, long b, long c);

static bool vendor_has_it(void)
{
	const unsigned hygon_ebx = 0x6f677948; /* "Hygo" */
	unsigned max, b, c, d;

	return __get_cpuid(0, &max, &b, &c, &d) && (b == signature_AMD_ebx || b == hygon_ebx);
}

int sample_main(struct sample *s)
{
	bool copy = same_text(s->word, "copy");

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO to come back to");
	if (!vendor_has_it())
		sample_skip(s, "only AMD's CPUs run syscall in 32-bit code");
	refused_skips(s, "this CPU or kernel does not run syscall in 32-bit code");
	for (unsigned i = 0; i < s->rounds; i++) {
		/* The first one may fault; it is an entry only if it does not. */
		by_syscall32(__NR_getppid, 0, 0, 0);
		truth_add(PATH_SYSCALL32, ABI_I386, __NR_getppid);
		if (copy && i % 2 == 0) {
			truth_add(PATH_SYSCALL32, ABI_I386, __NR_getuid32);
			by_called_syscall32(__NR_getuid32, 0, 0, 0);
		}
	}
	return 0;
}
