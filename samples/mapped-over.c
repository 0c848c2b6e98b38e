/* SPDX-License-Identifier: MIT */
/*
 * Shows a thread that runs new code while the call that maps it, another thread's
 * mmap with MAP_FIXED, has not returned yet: it looks at the page all the time, and
 * runs what is new as soon as it sees it. Each page has another code, and its number.
 */
#include "support/codes.h"
#include "support/threads.h"

#include <linux/mman.h>

enum { PAGE = 4096, WHERE = 64, RUNS = 10 };

/* A page of the file: the number of its round, and code behind it. */
struct page {
	volatile unsigned round;
	unsigned char fill[WHERE - sizeof(unsigned)], code[PAGE - WHERE];
};

struct runner {
	const struct sample *s;
	const struct codes *codes;
	const struct page *page;
	long parent;
	unsigned wrong;
	volatile unsigned done;
};

static void run(struct thread *self)
{
	struct runner *r = self->argument;

	for (unsigned i = 1; i <= r->s->rounds; i++) {
		while (r->page->round != i)
			__builtin_ia32_pause();
		for (unsigned n = 0; n < RUNS; n++)
			r->wrong += code_run(&r->codes->all[i % r->codes->n], r->page->code) != r->parent;
		r->done = i;
	}
}

int sample_main(struct sample *s)
{
	static struct page image;
	static struct thread thread;
	const struct codes codes = codes_here(s);
	struct runner r = {.s = s, .codes = &codes, .parent = sys0(__NR_getppid)};
	long fd = sys2(__NR_memfd_create, "pages", 0), at = codes_mmap(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (unsigned i = 0; i < codes.n; i++) {
		code_copy(&codes.all[i], image.code);
		sys3(__NR_write, fd, &image, PAGE);
	}
	r.page = (const struct page *)at;
	thread_start(s, &thread, run, &r);
	for (unsigned i = 1; i <= s->rounds; i++) {
		/* The number stands in the file before it is mapped. */
		sys5(__NR_pwrite64, fd, &i, sizeof(i), i % codes.n * PAGE, 0);
		if (codes_mmap((unsigned long)at, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, i % codes.n) != at)
			sample_fail(s, "cannot map over the page", i);
		if (s->sysinfo)
			vdso_call(s, __NR_getppid, 0, 0, 0, 0);
		while (r.done != i)
			__builtin_ia32_pause();
	}
	/* So that the join finds it gone, and has no call to make. */
	while (thread.alive)
		__builtin_ia32_pause();
	thread_join(&thread);
	return r.wrong != 0;
}
