/* SPDX-License-Identifier: MIT */
/*
 * Shows siblings that share one table of descriptors, a thread and a process, and
 * change what its low numbers mean all the time, while the program makes calls and
 * children of its own. Whatever number it looks at holds one of its own two files, or
 * none: nobody else's.
 */
#include "support/threads.h"

#include <asm/signal.h>
#include <linux/sched.h>

enum { LOWEST = 3, HIGHEST = 24, EBADF_RESULT = -9, CALLS = 20, DONE = 4 };

/* In memory that the sibling process shares. */
struct shared {
	volatile bool enough;
};

static struct shared *shared;
static long files[2];

static void swap(unsigned turns)
{
	static const char *const contents = "AB";

	(void)contents;
	for (unsigned i = turns; !shared->enough; i++) {
		long n = LOWEST + i % (HIGHEST - LOWEST);

		if (i % 5 == 0)
			sys1(__NR_close, n);
		else
			sys2(__NR_dup2, files[i % 2], n);
	}
}

static void swap_in_thread(struct thread *self)
{
	(void)self;
	swap(7);
}

static unsigned look(void)
{
	unsigned wrong = 0;

	for (long n = LOWEST; n < HIGHEST; n++) {
		char c = '?';
		long got = sys5(__NR_pread64, n, &c, 1, 0, 0);

		wrong += got != EBADF_RESULT && (got != 1 || (c != 'A' && c != 'B'));
	}
	return wrong;
}

static long file_with(const struct sample *s, const char *text, long at)
{
	long fd = sys2(__NR_memfd_create, "swap", 0);

	if (fd < 0 || sys3(__NR_write, fd, text, 1) != 1 || sys2(__NR_dup2, fd, at) != at)
		sample_fail(s, "no memory for a file", fd);
	sys1(__NR_close, fd);
	return at;
}

int sample_main(struct sample *s)
{
	static struct thread thread;
	unsigned wrong = 0;
	long sibling, memory;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	truth_share(s);
	memory = sys2(__NR_memfd_create, "shared", 0);
	sys2(__NR_ftruncate, memory, 4096);
	shared = sample_map(4096, 3 /* readable, writable */, (int)memory, false);
	files[0] = file_with(s, "A", 40);
	files[1] = file_with(s, "B", 41);
	for (long n = LOWEST; n < HIGHEST; n++)
		sys1(__NR_close, n);
	truth_add(PATH_INT80, ABI_I386, __NR_clone);
	sibling = plain_call(__NR_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0, 0);
	if (sibling == 0) {
		swap(0);
		sample_exit(DONE);
	}
	thread_start(s, &thread, swap_in_thread, NULL);
	for (unsigned i = 0; i < s->rounds; i++) {
		long child;

		for (unsigned k = 0; k < CALLS; k++)
			vdso_call(s, __NR_getppid, 0, 0, 0, 0);
		wrong += look();
		if (i % 8)
			continue;
		/* One that gets the same table, too. */
		truth_add(PATH_INT80, ABI_I386, __NR_clone);
		child = plain_call(__NR_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0, 0);
		if (child == 0) {
			for (unsigned k = 0; k < CALLS; k++)
				vdso_call(s, __NR_getppid, 0, 0, 0, 0);
			sample_exit(look() ? 1 : DONE);
		}
		wrong += sample_wait(child) != DONE << 8;
	}
	shared->enough = true;
	/* First the process: its end is a signal, and would disturb a wait for the thread. */
	wrong += sample_wait(sibling) != DONE << 8;
	thread_join(&thread);
	return wrong != 0;
}
