/* SPDX-License-Identifier: MIT */
/*
 * Shows a blind spot: a child asks to be traced by its parent, as debuggers
 * and sandboxes do. A traced task has one tracer only, so under entrytrace the
 * request fails with EPERM. Either way the child goes on and ends well.
 */
#include "support/sample.h"

#include <linux/ptrace.h>

int sample_main(struct sample *s)
{
	long child;
	int status;

	truth_share(s);
	child = sys0(__NR_fork);
	if (child == 0) {
		sys4(__NR_ptrace, PTRACE_TRACEME, 0, 0, 0);
		for (unsigned i = 0; i < s->rounds; i++)
			sys0(__NR_getppid);
		sample_exit(2);
	}
	status = sample_wait(child);
	return status != 2 << 8;
}
