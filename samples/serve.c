/* SPDX-License-Identifier: MIT */
/*
 * A program to attach to: for each byte on its standard input it makes ROUNDS
 * calls of getppid by int 0x80 and ROUNDS of getuid32 through the vDSO, and
 * answers "." on standard output. It ends at the end of its input. With the
 * word "Nx" it has N more threads that do the same.
 *
 *   serve [ROUNDS [Nx]]
 */
#include "support/threads.h"

#define THREADS_MAX 64

static void serve(const struct sample *s)
{
	char c;

	while (sys3(__NR_read, 0, &c, 1) == 1) {
		for (unsigned i = 0; i < s->rounds; i++) {
			sys0(__NR_getppid);
			if (s->sysinfo)
				vdso_call(s, __NR_getuid32, 0, 0, 0, 0);
		}
		sys3(__NR_write, 1, ".", 1);
	}
}

static void run(struct thread *self)
{
	serve(self->argument);
}

int sample_main(struct sample *s)
{
	static struct thread threads[THREADS_MAX];
	unsigned n = 0;

	for (const char *p = s->word; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (unsigned)(*p - '0');
	if (n > THREADS_MAX)
		sample_fail(s, "too many threads", (long)n);
	for (unsigned i = 0; i < n; i++)
		thread_start(s, &threads[i], run, s);
	serve(s);
	for (unsigned i = 0; i < n; i++)
		thread_join(&threads[i]);
	return 0;
}
