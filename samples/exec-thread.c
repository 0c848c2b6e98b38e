/* SPDX-License-Identifier: MIT */
/*
 * Shows execve by a thread that is not the leader: the kernel ends the others
 * and gives the caller the leader's process id. The leader sleeps in the
 * kernel at that moment, a third thread too.
 */
#include "support/threads.h"

#include <linux/futex.h>

static int never; /* nobody wakes who sleeps on it */

static void sleep_for_ever(struct thread *self)
{
	(void)self;
	for (;;)
		sys4(__NR_futex, &never, FUTEX_WAIT, 0, 0);
}

static long leader;
static struct thread sleeper;

static void exec_self(struct thread *self)
{
	const struct sample *s = self->argument;
	char rounds[16];
	const char *argv[] = {s->argv[0], rounds, s->shared, "after",
			      s->want_truth ? "--truth" : NULL, NULL};

	truth_number(rounds, sizeof(rounds), 0, s->rounds);
	for (unsigned i = 0; i < s->rounds; i++)
		sys0(__NR_gettid);
	sample_wait_asleep(leader);
	sample_wait_asleep(sleeper.tid);
	sys3(__NR_execve, argv[0], argv, s->envp);
	sample_fail(s, "cannot execute itself", 0);
}

int sample_main(struct sample *s)
{
	static struct thread changer;

	if (same_text(s->word, "after")) {
		for (unsigned i = 0; i < s->rounds; i++)
			sys0(__NR_getppid);
		s->word = "";
		return 0;
	}
	truth_share(s);
	leader = sys0(__NR_getpid);
	thread_start(s, &sleeper, sleep_for_ever, NULL);
	thread_start(s, &changer, exec_self, s);
	sleep_for_ever(NULL);
	return 1;
}
