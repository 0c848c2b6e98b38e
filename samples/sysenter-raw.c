/* SPDX-License-Identifier: MIT */
/*
 * Shows `sysenter`: the instruction written by hand, after the pushes that the
 * kernel expects to find. An AMD CPU refuses it in 32-bit code.
 *
 *   sysenter-raw [--truth] [ROUNDS [copy]]     copy: also through a private copy
 *                                    of the vDSO's function, called by a call
 */
#include "support/sample.h"
#include "support/signals.h"

long by_sysenter(long nr, long a, long b, long c);
long by_called_sysenter(long nr, long a, long b, long c);

int sample_main(struct sample *s)
{
	bool copy = same_text(s->word, "copy");

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO to come back to");
	refused_skips(s, "this CPU or kernel does not run sysenter in 32-bit code");
	for (unsigned i = 0; i < s->rounds; i++) {
		/* The first one may fault; it is an entry only if it does not. */
		by_sysenter(__NR_getppid, 0, 0, 0);
		truth_add(PATH_SYSENTER, ABI_I386, __NR_getppid);
		if (copy && i % 2 == 0) {
			truth_add(PATH_SYSENTER, ABI_I386, __NR_getuid32);
			by_called_sysenter(__NR_getuid32, 0, 0, 0);
		}
	}
	return 0;
}
