/* SPDX-License-Identifier: MIT */
/*
 * Shows a child made with CLONE_UNTRACED, by fork-like clone, and one made by
 * clone3: a tracer must follow them all the same, because its filter does.
 */
#include "support/sample.h"

#include <asm/signal.h>
#include <linux/sched.h>

static void child_work(const struct sample *s)
{
	for (unsigned i = 0; i < s->rounds; i++)
		if (sys0(__NR_getppid) < 0)
			sample_exit(1);
	sample_exit(4);
}

int sample_main(struct sample *s)
{
	struct clone_args args = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
	int by_clone, by_clone3;
	long child;

	truth_share(s);
	child = sys2(__NR_clone, CLONE_UNTRACED | SIGCHLD, 0);
	if (child == 0)
		child_work(s);
	by_clone = sample_wait(child);
	child = sys2(__NR_clone3, &args, sizeof(args));
	if (child == 0)
		child_work(s);
	by_clone3 = child < 0 ? 4 << 8 /* before Linux 5.3 */ : sample_wait(child);
	/* The structure must come back as it went in. */
	return by_clone != 4 << 8 || by_clone3 != 4 << 8 || args.flags != CLONE_UNTRACED;
}
