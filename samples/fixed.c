/* SPDX-License-Identifier: MIT */
/*
 * Shows a program that takes the address space for its own: it maps pages with
 * MAP_FIXED at places low and high, and then unmaps, region by region as
 * /proc/self/maps tells, all that is neither its own code, data and stack nor
 * the kernel's vDSO; with the word "over" it maps its own memory over those
 * regions instead. It makes calls all the while.
 */
#include "support/sample.h"

#include <linux/fcntl.h>
#include <linux/mman.h>

enum { PAGE = 4096, CALLS = 20, REGIONS_MAX = 64 };

extern const char __executable_start[], end[];

struct region {
	unsigned long from, to;
	bool named; /* by the kernel in brackets: the stack, the vDSO and its data */
};

static unsigned char text[16384];
static struct region regions[REGIONS_MAX];

static void calls(const struct sample *s)
{
	for (unsigned i = 0; i < CALLS; i++) {
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
		sys0(__NR_getuid32);
	}
}

static const unsigned char *hex(const unsigned char *p, unsigned long *out)
{
	*out = 0;
	for (; (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'f'); p++)
		*out = *out << 4 | (unsigned long)(*p <= '9' ? *p - '0' : *p - 'a' + 10);
	return p;
}

static unsigned read_regions(const struct sample *s)
{
	const unsigned char *p = text;
	unsigned n = 0;
	long fd = sys2(__NR_open, "/proc/self/maps", O_RDONLY), got, all = 0;

	if (fd < 0)
		sample_fail(s, "no /proc/self/maps", fd);
	while ((got = sys3(__NR_read, fd, text + all, (long)sizeof(text) - 1 - all)) > 0)
		all += got;
	sys1(__NR_close, fd);
	text[all] = '\0';
	while (*p && n < REGIONS_MAX) {
		struct region *r = &regions[n++];

		p = hex(p, &r->from);
		p = hex(p + 1, &r->to);
		r->named = false;
		while (*p && *p != '\n')
			r->named |= *p++ == '[';
		p += *p == '\n';
	}
	return n;
}

static bool own(const struct region *r)
{
	return r->named || (r->from < (unsigned long)end && r->to > (unsigned long)__executable_start);
}

static long map_at(unsigned long at, unsigned long bytes)
{
	const long args[6] = {(long)at, (long)bytes, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0};

	return sys1(__NR_mmap, args);
}

/* Is the page free of all that is the program's own? */
static bool free_of_own(unsigned long at, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (own(&regions[i]) && at >= regions[i].from && at < regions[i].to)
			return false;
	return true;
}

int sample_main(struct sample *s)
{
	static const unsigned long places[] = {0x10000, 0x100000, 0x1000000, 0x10000000, 0x40000000,
					       0x50000000, 0x60000000, 0x80000000, 0xa0000000, 0xc0000000,
					       0xe0000000, 0xf0000000, 0xf7000000};
	bool over = same_text(s->word, "over");
	unsigned n, taken = 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	calls(s);
	n = read_regions(s);
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!free_of_own(places[i], n))
			continue;
		if (map_at(places[i], PAGE) != (long)places[i])
			sample_fail(s, "cannot map at a fixed place", (long)places[i]);
		*(volatile unsigned long *)places[i] = places[i];
		calls(s);
	}
	n = read_regions(s);
	for (unsigned i = 0; i < n; i++) {
		const struct region *r = &regions[i];

		if (own(r))
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
