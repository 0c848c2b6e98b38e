/* SPDX-License-Identifier: MIT */
/*
 * Shows a program that keeps all memory that it did not map itself from its children,
 * with MADV_DONTFORK, when it has made many calls: a child has nothing there. With
 * the word "wiped" it is MADV_WIPEONFORK: a child finds zeros. Parent and child go on
 * with their calls, and the child has a child of its own.
 */
#include "support/regions.h"

#include <linux/mman.h>

enum { HOT = 150, DONE = 4 };

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

static __attribute__((noinline)) void by_int80(void)
{
	long ret;

	truth_add(PATH_INT80, ABI_I386, __NR_getpid);
	__asm__ volatile("mov %[nr], %%eax\n\tint $0x80\n\tcmp $0xfffff001, %%eax"
			 : "=&a"(ret) : [nr] "i"(__NR_getpid) : "memory", "cc");
}

static void calls(const struct sample *s, unsigned n)
{
	while (n--) {
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
		by_int80();
	}
}

static void keep(const struct sample *s, long maps, long advice)
{
	static struct regions now;

	unsigned n = 0;

	regions_read(s, maps, &now);
	for (unsigned i = 0; i < now.n; i++)
		if (region_foreign(&now.all[i]) && now.all[i].from != (unsigned long)truth)
			now.all[n++] = now.all[i];
	/* Always as many calls, however many there are: the others are about nothing. */
	for (unsigned i = 0; i < REGIONS_MAX; i++) {
		const struct region none = {.from = 0}, *r = i < n ? &now.all[i] : &none;

		sys3(__NR_madvise, r->from, r->to - r->from, advice);
	}
}

int sample_main(struct sample *s)
{
	const long advice = same_text(s->word, "wiped") ? MADV_WIPEONFORK : MADV_DONTFORK;
	unsigned wrong = 0;
	long maps;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	truth_share(s);
	maps = regions_open(s);
	for (unsigned i = 0; i < s->rounds; i++) {
		long child, own;

		calls(s, HOT);
		keep(s, maps, advice);
		child = sys0(__NR_fork);
		if (child == 0) {
			calls(s, HOT);
			own = sys0(__NR_fork);
			calls(s, HOT);
			sample_exit(own == 0 || sample_wait(own) == DONE << 8 ? DONE : 1);
		}
		calls(s, HOT);
		wrong += sample_wait(child) != DONE << 8;
	}
	return wrong != 0;
}
