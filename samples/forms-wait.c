/* SPDX-License-Identifier: MIT */
/*
 * The calls that wait, in the forms that C libraries use: until a time is over,
 * and until another thread ends it, each by the vDSO and by int 0x80 in turn.
 * What they return must be right, and so must the sixth argument be where there
 * is one; and all registers and flags come back.
 */
#include "support/checked.h"
#include "support/threads.h"

#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/poll.h>
#include <linux/time.h>
#include <linux/time_types.h>

enum { EAGAIN_RESULT = -11, EINVAL_RESULT = -22, ENOSYS_RESULT = -38, ETIMEDOUT_RESULT = -110, MASK_BYTES = 8 };
/* In which rounds threads are waited for. */
enum { EVERY = 8, HOT = 300 };

#ifndef __NR_epoll_pwait2
#define __NR_epoll_pwait2 441
#endif
#ifndef __NR_futex_waitv
#define __NR_futex_waitv 449
#endif
#ifndef FUTEX_32
#define FUTEX_32 2
struct futex_waitv {
	__u64 val, uaddr;
	__u32 flags, __reserved;
};
#endif

static struct way ways[2];
static unsigned nways;
static struct sample *sample;
static uint32_t first, second; /* two futexes */
static int ends[2];            /* a pipe */
static long poll_fd;
static const unsigned long no_signals[2];

static unsigned check(const char *what, long got, long wanted)
{
	return expect(sample, what, got, wanted);
}

/* A call that the kernel may lack. */
static unsigned check_new(const char *what, long got, long wanted)
{
	return got == ENOSYS_RESULT ? 0 : check(what, got, wanted);
}

static const struct __kernel_old_timespec soon = {0, 1000}, past = {1, 0}, hour = {3600, 0};
static const struct __kernel_timespec soon64 = {0, 1000};
static const struct {
	const void *set;
	unsigned long size;
} mask_argument = {no_signals, MASK_BYTES}, bad_mask = {no_signals, 4};

static unsigned timed_futexes(const struct way *w)
{
	const struct futex_waitv both[2] = {{1, (uintptr_t)&first, FUTEX_32, 0}, {0, (uintptr_t)&second, FUTEX_32, 0}};
	unsigned wrong = 0;

	first = second = 0;
	wrong += check("futex wait, value changed", checked4(w, __NR_futex, &first, FUTEX_WAIT, 1, 0), EAGAIN_RESULT);
	wrong += check("futex wait, timed", checked4(w, __NR_futex, &first, FUTEX_WAIT_PRIVATE, 0, &soon), ETIMEDOUT_RESULT);
	wrong += check("futex_time64", checked4(w, 422, &first, FUTEX_WAIT_PRIVATE, 0, &soon64), ETIMEDOUT_RESULT);
	wrong += check("futex wait_bitset", checked6(w, __NR_futex, (long)&first, FUTEX_WAIT_BITSET_PRIVATE, 0, (long)&past,
						      0, -1), ETIMEDOUT_RESULT);
	wrong += check("futex wait_bitset, real time",
		       checked6(w, __NR_futex, (long)&first, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, (long)&past, 0, -1),
		       ETIMEDOUT_RESULT);
	wrong += check("futex wait_bitset of no bits",
		       checked6(w, __NR_futex, (long)&first, FUTEX_WAIT_BITSET, 0, (long)&past, 0, 0), EINVAL_RESULT);
	wrong += check("futex wake", checked3(w, __NR_futex, &first, FUTEX_WAKE, 1), 0);
	wrong += check("futex wake_bitset of no bits", checked6(w, __NR_futex, (long)&first, FUTEX_WAKE_BITSET, 1, 0, 0, 0),
		       EINVAL_RESULT);
	wrong += check("futex cmp_requeue, value changed",
		       checked6(w, __NR_futex, (long)&first, FUTEX_CMP_REQUEUE_PRIVATE, 1, 1, (long)&second, 7), EAGAIN_RESULT);
	/* second += 5, and as it was 0 one who waits for it may wake, too */
	wrong += check("futex wake_op", checked6(w, __NR_futex, (long)&first, FUTEX_WAKE_OP, 1, 1, (long)&second,
						  FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0)), 0);
	wrong += check("what it added", (long)second, 5);
	wrong += check("futex lock_pi", checked4(w, __NR_futex, &first, FUTEX_LOCK_PI, 0, 0), 0);
	wrong += check("its owner", (long)first, sys0(__NR_gettid));
	wrong += check("futex unlock_pi", checked2(w, __NR_futex, &first, FUTEX_UNLOCK_PI), 0);
	wrong += check_new("futex_waitv", checked5(w, __NR_futex_waitv, both, 2, 0, 0, 1), EAGAIN_RESULT);
	return wrong;
}

static unsigned timed_others(const struct way *w)
{
	struct pollfd p = {ends[0], POLLIN, 0};
	struct epoll_event ev;
	struct __kernel_old_timeval tv = {0, 10};
	struct __kernel_old_timespec left = soon;
	struct __kernel_timespec left64 = soon64;
	unsigned long set[32] = {0}, wrong = 0;
	const long old_select[5] = {1, 0, 0, 0, (long)&tv};

	wrong += check("poll", checked3(w, __NR_poll, &p, 1, 1), 0);
	wrong += check("ppoll", checked5(w, __NR_ppoll, &p, 1, &left, no_signals, MASK_BYTES), 0);
	wrong += check("ppoll, bad size", checked5(w, __NR_ppoll, &p, 1, &left, no_signals, 4), EINVAL_RESULT);
	wrong += check("ppoll_time64", checked5(w, 414, &p, 1, &left64, 0, 0), 0);
	wrong += check("epoll_wait", checked4(w, __NR_epoll_wait, poll_fd, &ev, 1, 1), 0);
	wrong += check("epoll_pwait", checked6(w, __NR_epoll_pwait, poll_fd, (long)&ev, 1, 1, (long)no_signals, MASK_BYTES), 0);
	wrong += check("epoll_pwait, no mask", checked6(w, __NR_epoll_pwait, poll_fd, (long)&ev, 1, 1, 0, 77), 0);
	wrong += check("epoll_pwait, bad size", checked6(w, __NR_epoll_pwait, poll_fd, (long)&ev, 1, 1, (long)no_signals, 4),
		       EINVAL_RESULT);
	wrong += check_new("epoll_pwait2", checked6(w, __NR_epoll_pwait2, poll_fd, (long)&ev, 1, (long)&soon64,
						     (long)no_signals, MASK_BYTES), 0);
	wrong += check_new("epoll_pwait2, bad size", checked6(w, __NR_epoll_pwait2, poll_fd, (long)&ev, 1, (long)&soon64,
							       (long)no_signals, 4), EINVAL_RESULT);
	set[0] = 1ul << ends[0];
	wrong += check("_newselect", checked5(w, __NR__newselect, ends[0] + 1, set, 0, 0, &tv), 0);
	wrong += check("the set it leaves", (long)set[0], 0);
	wrong += check("select", checked1(w, __NR_select, old_select), 0);
	left = soon;
	wrong += check("pselect6", checked6(w, __NR_pselect6, 0, 0, 0, 0, (long)&left, (long)&mask_argument), 0);
	wrong += check("pselect6, bad size", checked6(w, __NR_pselect6, 0, 0, 0, 0, (long)&left, (long)&bad_mask),
		       EINVAL_RESULT);
	wrong += check("pselect6_time64", checked6(w, 413, 0, 0, 0, 0, (long)&left64, 0), 0);
	wrong += check("nanosleep", checked2(w, __NR_nanosleep, &soon, 0), 0);
	wrong += check("clock_nanosleep", checked4(w, __NR_clock_nanosleep, 1, 0, &soon, 0), 0);
	wrong += check("clock_nanosleep, absolute", checked4(w, __NR_clock_nanosleep, 0, 1, &past, 0), 0);
	wrong += check("clock_nanosleep_time64", checked4(w, 407, 1, 0, &soon64, 0), 0);
	wrong += check("rt_sigtimedwait", checked4(w, __NR_rt_sigtimedwait, no_signals, 0, &soon, MASK_BYTES), EAGAIN_RESULT);
	return wrong;
}

/* A thread that makes one call, which waits. */
struct waiter {
	const struct way *w;
	long nr, a, b, c, d, e, f, got;
};

static void wait_there(struct thread *self)
{
	struct waiter *v = self->argument;

	v->got = checked6(v->w, v->nr, v->a, v->b, v->c, v->d, v->e, v->f);
}

static void started(struct thread *t, struct waiter *v)
{
	thread_start(sample, t, wait_there, v);
	sample_wait_asleep(t->tid);
}

/* One for each operation on a futex: its first is woken by way of the second. */
static unsigned woken_futexes(const struct way *w, const struct way *other)
{
	static struct thread t;
	struct waiter v = {other, __NR_futex, (long)&first, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0, -1};
	unsigned wrong = 0;

	first = second = 0;
	started(&t, &v);
	wrong += check("futex wake of one", checked3(w, __NR_futex, &first, FUTEX_WAKE_PRIVATE, 9), 1);
	thread_join(&t);
	wrong += check("futex wait that is woken", v.got, 0);

	v = (struct waiter){other, __NR_futex, (long)&first, FUTEX_WAIT_PRIVATE, 0, (long)&hour, 0, 0, -1};
	started(&t, &v);
	wrong += check("futex requeue", checked5(w, __NR_futex, &first, FUTEX_REQUEUE_PRIVATE, 0, 1, &second), 1);
	wrong += check("futex cmp_requeue", checked6(w, __NR_futex, (long)&second, FUTEX_CMP_REQUEUE_PRIVATE, 0, 1,
						      (long)&first, 0), 1);
	wrong += check("futex wake where nobody waits", checked3(w, __NR_futex, &second, FUTEX_WAKE_PRIVATE, 9), 0);
	wrong += check("futex wake_op", checked6(w, __NR_futex, (long)&second, FUTEX_WAKE_OP_PRIVATE, 1, 1, (long)&first,
						  FUTEX_OP(FUTEX_OP_SET, 3, FUTEX_OP_CMP_EQ, 0)), 1);
	thread_join(&t);
	wrong += check("futex wait that is requeued", v.got, 0) + check("what wake_op set", (long)first, 3);

	first = 0;
	v = (struct waiter){other, 422, (long)&first, FUTEX_WAIT_BITSET, 0, 0, 0, 2, -1};
	started(&t, &v);
	wrong += check("futex wake_bitset, other bits", checked6(w, 422, (long)&first, FUTEX_WAKE_BITSET, 9, 0, 0, 4), 0);
	wrong += check("futex wake_bitset", checked6(w, 422, (long)&first, FUTEX_WAKE_BITSET, 9, 0, 0, 6), 1);
	thread_join(&t);
	wrong += check("futex wait_bitset that is woken", v.got, 0);
	return wrong;
}

static unsigned woken_others(const struct way *w, const struct way *other)
{
	static struct thread t;
	struct pollfd p = {ends[0], POLLIN, 0};
	struct epoll_event ev[1];
	unsigned long set[32] = {1ul << ends[0]}, set6[32] = {1ul << ends[0]};
	char byte, text[4];
	const struct {
		const char *what;
		struct waiter v;
	} waits[] = {
		{"poll that is woken", {other, __NR_poll, (long)&p, 1, -1, 4, 5, 6, -1}},
		{"ppoll that is woken", {other, __NR_ppoll, (long)&p, 1, 0, 0, 0, 6, -1}},
		{"epoll_wait that is woken", {other, __NR_epoll_wait, poll_fd, (long)ev, 1, -1, 5, 6, -1}},
		{"epoll_pwait that is woken", {other, __NR_epoll_pwait, poll_fd, (long)ev, 1, -1, (long)no_signals, MASK_BYTES, -1}},
		{"_newselect that is woken", {other, __NR__newselect, ends[0] + 1, (long)set, 0, 0, 0, 6, -1}},
		{"pselect6 that is woken", {other, __NR_pselect6, ends[0] + 1, (long)set6, 0, 0, (long)&(struct __kernel_old_timespec){3600, 0},
					    (long)&mask_argument, -1}},
		{"read that is woken", {other, __NR_read, ends[0], (long)text, 1, 4, 5, 6, -1}},
	};
	unsigned wrong = 0;

	for (unsigned i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		struct waiter v = waits[i].v;

		started(&t, &v);
		wrong += check("write", checked3(w, __NR_write, ends[1], "y", 1), 1);
		thread_join(&t);
		wrong += check(waits[i].what, v.got, 1);
		if (v.nr != __NR_read)
			wrong += check("read", checked3(w, __NR_read, ends[0], &byte, 1), 1);
	}
	return wrong;
}

int sample_main(struct sample *s)
{
	struct epoll_event ev = {.events = POLLIN};
	unsigned wrong = 0;

	sample = s;
	if (s->sysinfo)
		ways[nways++] = way_vdso(s);
	ways[nways++] = way_int80();
	sys1(__NR_pipe, ends);
	poll_fd = sys1(__NR_epoll_create1, 0);
	sys4(__NR_epoll_ctl, poll_fd, EPOLL_CTL_ADD, ends[0], &ev);
	if (checked6(&ways[0], 422, (long)&first, FUTEX_WAIT, 1, 0, 0, 0) == ENOSYS_RESULT)
		sample_skip(s, "this kernel is older than 5.1");
	/* What is used much a tracer may have changed by then. */
	for (unsigned i = 0; i < HOT * nways; i++)
		checked0(&ways[i % nways], __NR_getppid);
	for (unsigned i = 0; i < s->rounds; i++) {
		for (unsigned k = 0; k < nways; k++) {
			wrong += timed_futexes(&ways[k]);
			wrong += timed_others(&ways[k]);
			if (i % EVERY)
				continue;
			wrong += woken_futexes(&ways[k], &ways[i / EVERY % nways]);
			wrong += woken_others(&ways[k], &ways[i / EVERY % nways]);
		}
	}
	return (wrong | check("a register or flag that changed", (long)checked_wrong, 0)) != 0;
}
