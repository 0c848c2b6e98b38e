/* SPDX-License-Identifier: MIT */
/*
 * Shows many short processes: ROUNDS of them, in a row or, with the word
 * "atonce", all alive at the same time.
 *
 *   spawn [--truth] [ROUNDS [atonce]]
 */
#include "support/sample.h"

int sample_main(struct sample *s)
{
	bool at_once = same_text(s->word, "atonce");
	unsigned ended = 0;
	int gate[2];
	char c;

	truth_share(s);
	sys1(__NR_pipe, gate);
	for (unsigned i = 0; i < s->rounds; i++) {
		long child = sys0(__NR_fork);

		if (child < 0)
			sample_fail(s, "fork", child);
		if (child == 0) {
			if (at_once) {
				sys1(__NR_close, gate[1]);
				/* Ends when the last writer closes: then all go at the same time. */
				sys3(__NR_read, gate[0], &c, 1);
			}
			sys0(__NR_getppid);
			sample_exit(0);
		}
		if (!at_once)
			ended += sample_wait(child) == 0;
	}
	sys1(__NR_close, gate[1]);
	for (unsigned i = 0; at_once && i < s->rounds; i++)
		ended += sample_wait(-1) == 0;
	return ended != s->rounds;
}
