/* SPDX-License-Identifier: MIT */
/* The 64-bit child of `tree`; run alone it makes its calls and ends. */
#include "support/sample.h"

static void become_tree(const struct sample *s)
{
	static char path[4096], rounds[16];
	const char *argv[] = {path, rounds, s->shared, "leaf", NULL};
	size_t head = (size_t)(s->name - s->argv[0]);
	size_t at = truth_text(path, head + 1 < sizeof(path) ? head + 1 : sizeof(path), 0, s->argv[0]);

	truth_text(path, sizeof(path), at, "tree");
	truth_number(rounds, sizeof(rounds), 0, s->rounds);
	sys3(__NR_execve, path, argv, s->envp);
	sample_fail(s, "cannot execute tree", 0);
}

int sample_main(struct sample *s)
{
	long child;

	for (unsigned i = 0; i < s->rounds; i++)
		sys0(__NR_getppid);
	if (!same_text(s->word, "middle"))
		return 0;
	child = sys0(__NR_fork);
	if (child == 0)
		become_tree(s);
	sample_exit(sample_wait(child) == 3 << 8 ? 5 : 6);
}
