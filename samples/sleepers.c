/* SPDX-License-Identifier: MIT */
/*
 * Shows threads that sleep in the kernel behind one and the same int 0x80, behind one that
 * makes reads alone, and behind the vDSO, while another makes call after call there: whatever a tracer does to a site that
 * is used much, it does to one from which others have yet to come back. Signals disturb
 * the sleepers, and their reads come again; each gets its own byte in the end.
 */
#include "support/checked.h"
#include "support/signals.h"
#include "support/threads.h"

enum { SLEEPERS = 6, DISTURBED = 3, HOT_AT_LEAST = 300 };

struct sleeper {
	struct thread thread;
	struct way way;
	int pipe[2];
	volatile unsigned got; /* bytes that were right */
};

static struct sample *sample;
static struct sleeper sleepers[SLEEPERS];
static unsigned long landing_pad;
static volatile unsigned handled, wrong;
static volatile bool enough;
static volatile unsigned hot_calls;
static long parent;

static unsigned char byte_of(unsigned sleeper, unsigned round)
{
	return (unsigned char)(sleeper * 31 + round);
}

static void on_signal(int sig, siginfo_t *info, struct ucontext *uc)
{
	unsigned long ip = uc->uc_mcontext.eip;

	(void)sig, (void)info;
	/* It sleeps in its read when it is signalled, so this is where it comes again. */
	if (ip == landing_pad - 2)
		truth_add(PATH_RESTART, ABI_I386, __NR_read);
	else if (way_enters_at(ip))
		truth_add(PATH_INT80, ABI_I386, __NR_read);
	else
		wrong++;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_rt_sigreturn);
	__atomic_add_fetch(&handled, 1, __ATOMIC_SEQ_CST);
}

static void sleep_and_read(struct thread *self)
{
	struct sleeper *v = self->argument;
	unsigned n = (unsigned)(v - sleepers);

	for (unsigned i = 0; i < sample->rounds; i++) {
		unsigned char c = 0;

		if (checked3(&v->way, __NR_read, v->pipe[0], &c, 1) == 1 && c == byte_of(n, i))
			v->got++;
	}
}

static void call_on(struct thread *self)
{
	const struct way ways[3] = {way_int80(), way_vdso(sample), way_numbered(__NR_getppid)};
	const struct way reads = way_numbered(__NR_read);

	(void)self;
	while (!enough || hot_calls < HOT_AT_LEAST) {
		wrong += checked0(&ways[hot_calls % 3], __NR_getppid) != parent;
		/* This one is made for reads alone: there is no such descriptor. */
		wrong += checked3(&reads, __NR_read, -1, 0, 0) != -9;
		hot_calls++;
		for (volatile unsigned k = 0; k < 500; k++)
			continue;
	}
}

static void disturb(const struct sleeper *v, long pid)
{
	unsigned before = handled;

	sample_wait_asleep(v->thread.tid);
	wrong += sys3(__NR_tgkill, pid, v->thread.tid, SIGUSR1) != 0;
	while (handled == before)
		sample_sleep_us(50);
}

int sample_main(struct sample *s)
{
	const struct way ways[3] = {way_int80(), way_vdso(s), way_numbered(__NR_read)};
	static struct thread hot;
	long pid = sys0(__NR_getpid);
	unsigned missing = 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	sample = s;
	landing_pad = truth_landing_pad(s->sysinfo);
	parent = sys0(__NR_getppid);
	signal_handle(s, SIGUSR1, (void *)on_signal, SA_SIGINFO | SA_RESTART);
	for (unsigned k = 0; k < SLEEPERS; k++) {
		struct sleeper *v = &sleepers[k];

		v->way = ways[k % 3];
		sys1(__NR_pipe, v->pipe);
		thread_start(s, &v->thread, sleep_and_read, v);
	}
	thread_start(s, &hot, call_on, NULL);
	for (unsigned i = 0; i < s->rounds; i++) {
		for (unsigned k = 0; k < SLEEPERS * DISTURBED; k++)
			disturb(&sleepers[k % SLEEPERS], pid);
		for (unsigned k = 0; k < SLEEPERS; k++) {
			unsigned char c = byte_of(k, i);

			sample_wait_asleep(sleepers[k].thread.tid);
			sys3(__NR_write, sleepers[k].pipe[1], &c, 1);
		}
		/* Nobody is signalled on the way from one read to the next. */
		for (unsigned k = 0; k < SLEEPERS; k++)
			while (sleepers[k].got <= i)
				sample_sleep_us(50);
	}
	enough = true;
	thread_join(&hot);
	for (unsigned k = 0; k < SLEEPERS; k++) {
		thread_join(&sleepers[k].thread);
		missing += sleepers[k].got != s->rounds;
	}
	return (wrong | missing | expect(s, "a register or flag that changed", (long)checked_wrong, 0)) != 0;
}
