/* SPDX-License-Identifier: MIT */
#include "trace/later.h"

#include "base/monotonic.h"
#include "trace/vfork.h"

#include <signal.h>
#include <time.h>
#include <utlist.h>

/*
 * The timer fires again and again, for a signal that comes right before the tracer
 * begins to wait wakes nobody.
 */
enum { AGAIN_NS = 4000000, SOON_NS = 200000 };

static void wake_up(int sig)
{
	(void)sig;
}

static void run_timer(struct tracer *tr, uint64_t first)
{
	struct sigevent by_alarm = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct sigaction sa = {.sa_handler = wake_up};
	struct itimerspec often = {.it_interval.tv_nsec = AGAIN_NS};

	if (!tr->timer_made) {
		sigaction(SIGALRM, &sa, NULL);
		if (timer_create(CLOCK_MONOTONIC, &by_alarm, &tr->timer) != 0)
			return;
		tr->timer_made = true;
	}
	tr->timer_runs = true;
	often.it_value.tv_nsec = (long)(first < SOON_NS ? SOON_NS : first < AGAIN_NS ? first : AGAIN_NS);
	timer_settime(tr->timer, 0, &often, NULL);
}

void later_set(struct tracer *tr, struct thread *t, uint64_t ns, enum later what)
{
	threads_set_later(&tr->threads, t, monotonic_ns() + ns, (uint8_t)what);
	if (!tr->timer_runs || ns < AGAIN_NS)
		run_timer(tr, ns);
}

void later_clear(struct tracer *tr, struct thread *t)
{
	threads_set_later(&tr->threads, t, 0, LATER_NOTHING);
}

static void run(struct tracer *tr, struct thread *t, enum later what)
{
	switch (what) {
	case LATER_NOTHING:
		break;
	case LATER_INTERRUPT:
		/* It has not stopped for the last time that it was asked to, yet. */
		if (!t->interrupted)
			t->interrupted = ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL) == 0;
		break;
	case LATER_LOOK:
		vfork_look(tr, t);
		break;
	}
}

void later_run(struct tracer *tr)
{
	const struct itimerspec never = {.it_value.tv_nsec = 0};
	struct thread *t, *next;
	uint64_t now;

	if (!tr->timer_runs)
		return;
	now = monotonic_ns();
	DL_FOREACH_SAFE2(tr->threads.later, t, next, later.next) {
		enum later what = (enum later)t->later.what;

		if (t->later.at > now)
			continue;
		later_clear(tr, t);
		run(tr, t, what);
	}
	if (!tr->threads.later) {
		tr->timer_runs = false;
		timer_settime(tr->timer, 0, &never, NULL);
	}
}
