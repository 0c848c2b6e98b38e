/* SPDX-License-Identifier: MIT */
/* Shows `syscall64`: a native 64-bit program. One call in four has a number that no table has. */
#include "support/sample.h"

int sample_main(struct sample *s)
{
	for (unsigned i = 0; i < s->rounds; i++) {
		sys0(__NR_getppid);
		if (i % 4 == 0)
			sys0(-1);
	}
	return 0;
}
