/* SPDX-License-Identifier: MIT */
/*
 * Ends as it is told: by exit code, or by a signal that it sends itself.
 *
 *   exit-code CODE            exits with it
 *   exit-code SIGNAL kill     dies by that signal
 *   exit-code 0 crash         dies by a store to an unmapped page
 */
#include "support/sample.h"

int sample_main(struct sample *s)
{
	if (same_text(s->word, "kill"))
		sys2(__NR_kill, sys0(__NR_getpid), s->rounds);
	else if (same_text(s->word, "crash"))
		*(volatile int *)4096 = 1;
	sample_exit((int)s->rounds);
}
