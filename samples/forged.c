/* SPDX-License-Identifier: MIT */
/*
 * A program that writes over all memory that it can write and did not map itself: a
 * tracer's counters may be there. The words say what it writes: zeros, ones, "negative"
 * (the highest bit of each word), "more" (each number is raised), "noise". It goes on
 * with its calls, and its own results must be right; what a tracer then says of its
 * counts is the tracer's to know.
 */
#include "support/regions.h"

enum { HOT = 300 };

static uint32_t noise = 1;

static uint32_t forge(const char *word, uint32_t was)
{
	noise = noise * 1664525 + 1013904223;
	switch (word[0] << 8 | word[1]) {
	case 'o' << 8 | 'n':
		return 0xffffffff;
	case 'n' << 8 | 'e':
		return was | 0x80000000;
	case 'm' << 8 | 'o':
		return was + 1000000;
	case 'n' << 8 | 'o':
		return noise;
	default:
		return 0;
	}
}

static __attribute__((noinline)) long by_int80(void)
{
	long ret;

	truth_add(PATH_INT80, ABI_I386, __NR_getpid);
	__asm__ volatile("mov %[nr], %%eax\n\tint $0x80\n\tcmp $0xfffff001, %%eax"
			 : "=&a"(ret) : [nr] "i"(__NR_getpid) : "memory", "cc");
	return ret;
}

int sample_main(struct sample *s)
{
	static struct regions now;
	long maps, pid = sys0(__NR_getpid), parent = sys0(__NR_getppid);
	unsigned wrong = 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	maps = regions_open(s);
	for (unsigned i = 0; i < s->rounds; i++) {
		for (unsigned k = 0; k < HOT; k++) {
			wrong += vdso_call(s, __NR_getppid, 0, 0, 0, 0) != parent;
			wrong += by_int80() != pid;
		}
		regions_read(s, maps, &now);
		for (unsigned k = 0; k < now.n; k++) {
			const struct region *r = &now.all[k];

			if (!r->writable || r->executable || !region_foreign(r))
				continue;
			for (volatile uint32_t *p = (uint32_t *)r->from; p < (uint32_t *)r->to; p++)
				*p = forge(s->word, *p);
		}
	}
	return wrong != 0;
}
