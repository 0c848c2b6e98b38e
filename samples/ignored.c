/* SPDX-License-Identifier: MIT */
/*
 * Waits, by the vDSO and by int 0x80, while signals come that are ignored: such a wait
 * sleeps on, and is one entry. A traced one wakes, and the kernel has it enter again:
 * that entry is the tracer's, and must not be among the program's. With the word
 * "storm" the signals come at any moment, also while a call is about to be made.
 */
#include "support/checked.h"
#include "support/signals.h"

#include <linux/futex.h>
#include <linux/poll.h>

enum { DISTURBED = 3, READS = 50 };

static void disturb(long sleeper, int data, uint32_t *futex, bool wake)
{
	for (unsigned i = 0; i < DISTURBED; i++) {
		sample_wait_asleep(sleeper);
		sys2(__NR_kill, sleeper, SIGWINCH);
		sample_sleep_us(2000);
	}
	sample_wait_asleep(sleeper);
	if (wake)
		sys3(__NR_futex, futex, FUTEX_WAKE, 1);
	else
		sys3(__NR_write, data, "x", 1);
}

/* One byte for each read, and signals before it and behind it. */
static void storm(long sleeper, int data, unsigned reads)
{
	for (unsigned i = 0; i < reads; i++) {
		sys2(__NR_kill, sleeper, SIGWINCH);
		sys3(__NR_write, data, "x", 1);
		for (volatile unsigned k = 0; k < i * 37 % 3000; k++)
			continue;
		sys2(__NR_kill, sleeper, SIGCHLD);
	}
}

static unsigned read_in_storm(const struct sample *s, const struct way *ways, const int *data)
{
	long sleeper = sys0(__NR_getpid), child = sys0(__NR_fork);
	const unsigned reads = s->rounds * READS;
	unsigned wrong = 0;
	char c;

	if (child == 0) {
		storm(sleeper, data[1], reads);
		sample_exit(0);
	}
	for (unsigned i = 0; i < reads; i++)
		wrong += checked3(&ways[i % 2], __NR_read, data[0], &c, 1) != 1;
	return wrong + (sample_wait(child) != 0);
}

int sample_main(struct sample *s)
{
	const struct way ways[2] = {way_int80(), way_vdso(s)};
	struct pollfd polled;
	uint32_t *futex;
	unsigned wrong = 0;
	long sleeper, fd;
	int data[2];
	char c[4];

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	truth_share(s);
	fd = sys2(__NR_memfd_create, "futex", 0);
	sys2(__NR_ftruncate, fd, 4096);
	futex = sample_map(4096, 3 /* readable, writable */, (int)fd, false);
	sys1(__NR_pipe, data);
	polled = (struct pollfd){data[0], POLLIN, 0};
	sleeper = sys0(__NR_getpid);
	if (same_text(s->word, "storm"))
		return (read_in_storm(s, ways, data) | checked_wrong) != 0;
	for (unsigned i = 0; i < s->rounds; i++) {
		for (unsigned k = 0; k < 2; k++) {
			for (unsigned what = 0; what < 3; what++) {
				long child = sys0(__NR_fork);

				if (child == 0) {
					disturb(sleeper, data[1], futex, what == 2);
					sample_exit(0);
				}
				if (what == 0) {
					wrong += checked3(&ways[k], __NR_readv, data[0], (&(struct { void *p; long n; }){c, 1}), 1) != 1;
				} else if (what == 1) {
					wrong += checked3(&ways[k], __NR_poll, &polled, 1, -1) != 1;
					sys3(__NR_read, data[0], c, 1);
				} else {
					wrong += checked6(&ways[k], __NR_futex, futex, FUTEX_WAIT, 0, 0, 0, 0) != 0;
				}
				wrong += sample_wait(child) != 0;
			}
		}
	}
	return (wrong | expect(s, "a register or flag that changed", (long)checked_wrong, 0)) != 0;
}
