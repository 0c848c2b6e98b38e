/* SPDX-License-Identifier: MIT */
/*
 * Shows the old mmap (number 90), which reads its arguments from memory, while
 * another thread changes them: what a tracer read at the call's entry need not be
 * what the kernel reads. One file's code enters by int 0x80, another's by a raw fast
 * instruction, and a third mapping is not executable. The program looks which it
 * got, and runs it.
 */
#include "support/codes.h"
#include "support/regions.h"
#include "support/threads.h"

#include <linux/mman.h>

enum { PAGE = 4096, KINDS = 2 };

/* What the kernel reads. */
static volatile long block[6];
static volatile bool enough;
static long files[KINDS];

static void change(struct thread *self)
{
	(void)self;
	for (unsigned i = 0; !enough; i++) {
		block[4] = files[i % KINDS];
		block[2] = PROT_READ | (i % 3 ? PROT_EXEC : 0);
		for (volatile unsigned k = 0; k < 40 + i % 97; k++)
			continue;
	}
}

static bool executable(const struct sample *s, long fd, unsigned long at)
{
	static struct regions now;

	regions_read(s, fd, &now);
	for (unsigned i = 0; i < now.n; i++)
		if (at >= now.all[i].from && at < now.all[i].to)
			return now.all[i].executable;
	return false;
}

int sample_main(struct sample *s)
{
	static struct thread thread;
	const struct codes codes = codes_here(s);
	const struct code raw = codes_raw(s);
	const struct code *kinds[KINDS] = {&codes.all[0], &raw};
	long maps = regions_open(s), parent = sys0(__NR_getppid);
	unsigned wrong = 0;

	for (unsigned k = 0; k < KINDS; k++) {
		files[k] = sys2(__NR_memfd_create, "block", 0);
		sys2(__NR_ftruncate, files[k], PAGE);
		sys3(__NR_write, files[k], kinds[k]->from, kinds[k]->end - kinds[k]->from);
	}
	block[1] = PAGE;
	block[3] = MAP_PRIVATE;
	block[2] = PROT_READ;
	block[4] = files[0];
	thread_start(s, &thread, change, NULL);
	for (unsigned i = 0; i < s->rounds; i++) {
		long at = sys1(__NR_mmap, block);
		const unsigned char *code = (const unsigned char *)at;

		if (at < 0 && at > -PAGE)
			sample_fail(s, "mmap", at);
		if (executable(s, maps, (unsigned long)at)) {
			/* Which of the two it is shows in their lengths: one is all zero where the other goes on. */
			bool is_raw = code[kinds[0]->end - kinds[0]->from] != 0;

			for (unsigned n = 0; n < 3; n++)
				wrong += code_run(kinds[is_raw], code) != parent;
		}
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
		sys2(__NR_munmap, at, PAGE);
	}
	enough = true;
	thread_join(&thread);
	return wrong != 0;
}
