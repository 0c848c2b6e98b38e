/* SPDX-License-Identifier: MIT */
/*
 * Leaves a child behind: the program itself ends at once with exit code 5; the
 * child waits for a byte, or the end, on standard input, then makes ROUNDS
 * calls and says whether all worked.
 */
#include "support/sample.h"

int sample_main(struct sample *s)
{
	bool all = true;
	char c;

	truth_share(s);
	if (sys0(__NR_fork) > 0)
		sample_exit(5);
	sys3(__NR_read, 0, &c, 1);
	for (unsigned i = 0; i < s->rounds; i++)
		all &= sys0(__NR_getppid) > 0;
	return !all;
}
