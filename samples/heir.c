/* SPDX-License-Identifier: MIT */
/*
 * Has an entry instruction in its code that is never run, so that its calls
 * cannot be counted in place, and neither can those of the programs that its
 * children become, which have none.
 */
#include "support/sample.h"

enum { LEAF = 3 << 8, MIDDLE = 5 << 8 }; /* how tree and tree64 end */

static void never_run(void)
{
	__asm__ volatile("jmp 1f\n\tsyscall\n1:");
}

static void work(const struct sample *s)
{
	for (unsigned i = 0; i < s->rounds; i++) {
		never_run();
		sys0(__NR_getppid);
		if (s->sysinfo)
			vdso_call(s, __NR_getuid32, 0, 0, 0, 0);
	}
}

int sample_main(struct sample *s)
{
	long same, other;

	truth_share(s);
	work(s);
	same = sys0(__NR_fork);
	if (same == 0) {
		work(s);
		sample_become(s, "tree", "leaf");
	}
	other = sys0(__NR_fork);
	if (other == 0)
		sample_become(s, "tree64", "middle");
	work(s);
	return sample_wait(same) != LEAF || sample_wait(other) != MIDDLE;
}
