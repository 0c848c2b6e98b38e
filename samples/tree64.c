/* SPDX-License-Identifier: MIT */
/* The 64-bit child of `tree`; run alone it makes its calls and ends. */
#include "support/sample.h"

int sample_main(struct sample *s)
{
	long child;

	for (unsigned i = 0; i < s->rounds; i++)
		sys0(__NR_getppid);
	if (!same_text(s->word, "middle"))
		return 0;
	child = sys0(__NR_fork);
	if (child == 0)
		sample_become(s, "tree", "leaf");
	sample_exit(sample_wait(child) == 3 << 8 ? 5 : 6);
}
