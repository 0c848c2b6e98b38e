/* SPDX-License-Identifier: MIT */
/*
 * Shows `x32`: a 64-bit syscall whose number has bit 30 set. Kernels built
 * without x32 answer ENOSYS, but it is an entry all the same.
 */
#include "support/sample.h"

#define X32_BIT 0x40000000

int sample_main(struct sample *s)
{
	for (unsigned i = 0; i < s->rounds; i++) {
		truth_add(PATH_X32, ABI_X32, X32_BIT | __NR_getpid);
		plain_call(X32_BIT | __NR_getpid, 0, 0, 0, 0, 0, 0);
	}
	return 0;
}
