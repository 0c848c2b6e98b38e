/* SPDX-License-Identifier: MIT */
/*
 * Shows a program that takes the address space for its own: it maps pages with
 * MAP_FIXED at places low and high, and then unmaps, region by region as
 * /proc/self/maps tells, all that is neither its own code, data and stack nor
 * the kernel's vDSO; with the word "over" it maps its own memory over those
 * regions instead. It makes calls all the while.
 */
#include "support/regions.h"

#include <linux/mman.h>

enum { PAGE = 4096, CALLS = 20 };

static struct regions now;

static void calls(const struct sample *s)
{
	for (unsigned i = 0; i < CALLS; i++) {
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
		sys0(__NR_getuid32);
	}
}

static long map_at(unsigned long at, unsigned long bytes)
{
	const long args[6] = {(long)at, (long)bytes, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0};

	return sys1(__NR_mmap, args);
}

/* Is the page free of all that is the program's own? */
static bool free_of_own(unsigned long at)
{
	for (unsigned i = 0; i < now.n; i++)
		if (!region_foreign(&now.all[i]) && at >= now.all[i].from && at < now.all[i].to)
			return false;
	return true;
}

int sample_main(struct sample *s)
{
	static const unsigned long places[] = {0x10000, 0x100000, 0x1000000, 0x10000000, 0x40000000,
					       0x50000000, 0x60000000, 0x80000000, 0xa0000000, 0xc0000000,
					       0xe0000000, 0xf0000000, 0xf7000000};
	bool over = same_text(s->word, "over");
	unsigned taken = 0;
	long maps;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	calls(s);
	maps = regions_open(s);
	regions_read(s, maps, &now);
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!free_of_own(places[i]))
			continue;
		if (map_at(places[i], PAGE) != (long)places[i])
			sample_fail(s, "cannot map at a fixed place", (long)places[i]);
		*(volatile unsigned long *)places[i] = places[i];
		calls(s);
	}
	regions_read(s, maps, &now);
	for (unsigned i = 0; i < now.n; i++) {
		const struct region *r = &now.all[i];

		if (!region_foreign(r))
			continue;
		taken++;
		if (over && map_at(r->from, r->to - r->from) != (long)r->from)
			sample_fail(s, "cannot map over a region", (long)r->from);
		if (!over && sys2(__NR_munmap, r->from, r->to - r->from) != 0)
			sample_fail(s, "cannot unmap a region", (long)r->from);
		calls(s);
	}
	for (unsigned i = 0; i < s->rounds; i++)
		calls(s);
	return taken == 0;
}
