/* SPDX-License-Identifier: MIT */
/*
 * Shows many threads, made by clone(2) without libc, that enter at full rate
 * at the same time by int 0x80 and through the vDSO.
 *
 *   threads-clone [--truth] [ROUNDS [THREADSx]]     4x, four threads, unless told
 */
#include "support/threads.h"

#define THREADS_MAX 1000

struct work {
	const struct sample *s;
	unsigned done;
};

static void run(struct thread *self)
{
	struct work *w = self->argument;

	for (unsigned i = 0; i < w->s->rounds; i++) {
		if (i % 2 == 0)
			sys0(__NR_gettid);
		else
			vdso_call(w->s, __NR_getppid, 0, 0, 0, 0);
		w->done++;
	}
}

int sample_main(struct sample *s)
{
	static struct thread threads[THREADS_MAX];
	static struct work work[THREADS_MAX];
	unsigned n = 0;
	bool all = true;

	/* "200x": a word that is not taken for the number of rounds. */
	for (const char *p = s->word; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (unsigned)(*p - '0');
	n = n ? n : 4;
	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	if (n > THREADS_MAX)
		sample_fail(s, "too many threads", (long)n);
	for (unsigned i = 0; i < n; i++) {
		work[i].s = s;
		thread_start(s, &threads[i], run, &work[i]);
	}
	for (unsigned i = 0; i < n; i++)
		thread_join(&threads[i]);
	for (unsigned i = 0; i < n; i++)
		all &= work[i].done == s->rounds;
	return !all;
}
