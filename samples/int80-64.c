/* SPDX-License-Identifier: MIT */
/*
 * Shows `int80-64` inside a 32-bit program: a far call to 64-bit code that
 * enters by int 0x80, so the i386 table serves 64-bit code.
 */
#include "support/sample.h"

long by_int80_in_64bit_code(long nr, long a, long b, long c);

int sample_main(struct sample *s)
{
	long pid = sys0(__NR_getpid), ok = 0;

	for (unsigned i = 0; i < s->rounds; i++) {
		truth_add(PATH_INT80_64, ABI_I386, __NR_getpid);
		ok |= by_int80_in_64bit_code(__NR_getpid, 0, 0, 0) ^ pid;
	}
	return ok != 0;
}
