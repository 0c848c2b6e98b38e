/* SPDX-License-Identifier: MIT */
/*
 * Processes that fork made have different code at the same address: one page of
 * two, both of which call the vDSO at the same place. They change it before and
 * after fork, while others go on calling. With the word "threads" a second
 * thread calls while the first one forks and changes code of its own.
 */
#include "support/regions.h"
#include "support/threads.h"

#include <linux/fcntl.h>
#include <linux/mman.h>

enum { PAGE = 4096, MINE = 0x60000000, THREADS = 0x60100000, DONE = 6 };

extern const char page_one[], page_two[];

struct caller {
	const struct sample *s;
	unsigned calls;
};

static void put(const struct sample *s, unsigned long at, const char *page)
{
	long fd = sys3(__NR_open, "/proc/self/exe", O_RDONLY, 0);
	const long args[6] = {(long)at, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, (long)own_file_offset(page)};
	long got = sys1(__NR_mmap, args);

	if (got != (long)at)
		sample_fail(s, "cannot map the code", got);
	sys1(__NR_close, fd);
}

static void call(const struct sample *s, unsigned long at, unsigned times)
{
	while (times--) {
		long nr = __NR_getppid;

		truth_add(s->vdso, ABI_I386, __NR_getppid);
		__asm__ volatile("call *%[at]" : "+a"(nr) : "c"(s->sysinfo), [at] "r"(at) : "memory");
	}
}

static void call_on(struct thread *self)
{
	const struct caller *c = self->argument;

	call(c->s, THREADS, c->calls);
}

/* A child that runs the code that it was made with, then the other; so does a child of its own. */
static long child(const struct sample *s, const char *other)
{
	long pid = sys0(__NR_fork), own;

	if (pid != 0)
		return pid;
	call(s, MINE, s->rounds);
	put(s, MINE, other);
	call(s, MINE, s->rounds);
	own = sys0(__NR_fork);
	if (own == 0) {
		call(s, MINE, s->rounds);
		put(s, MINE, other == page_one ? page_two : page_one);
		call(s, MINE, s->rounds);
		sample_exit(DONE);
	}
	call(s, MINE, s->rounds);
	sample_exit(sample_wait(own) == DONE << 8 ? DONE : 1);
}

int sample_main(struct sample *s)
{
	static struct thread thread;
	struct caller second = {s, s->rounds * 20};
	bool threads = same_text(s->word, "threads");
	unsigned wrong = 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	truth_share(s);
	put(s, MINE, page_one);
	put(s, THREADS, page_two);
	call(s, MINE, s->rounds);
	if (threads)
		thread_start(s, &thread, call_on, &second);
	for (unsigned i = 0; i < 3; i++) {
		long first = child(s, page_two), next;

		call(s, MINE, s->rounds);
		next = child(s, page_two);
		/* They still run, or not, when this one changes. */
		put(s, MINE, i % 2 ? page_one : page_two);
		call(s, MINE, s->rounds);
		wrong += sample_wait(first) != DONE << 8;
		wrong += sample_wait(next) != DONE << 8;
		put(s, MINE, page_one);
		call(s, MINE, s->rounds);
	}
	if (threads)
		thread_join(&thread);
	return wrong != 0;
}
