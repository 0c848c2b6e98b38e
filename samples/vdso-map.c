/* SPDX-License-Identifier: MIT */
/*
 * Shows a 32-bit program that unmaps its vDSO after many calls of it, and has the kernel
 * map it again elsewhere, with arch_prctl and ARCH_MAP_VDSO_32, which only 64-bit code
 * can ask for: it makes a far call to some.
 */
#include "support/codes.h"
#include "support/regions.h"

#include <linux/mman.h>

#ifndef ARCH_MAP_VDSO_32
#define ARCH_MAP_VDSO_32 0x2002
#endif

enum { HOT = 200, NR64_ARCH_PRCTL = 158, WHERE = 0x50000000, STEP = 0x100000 };

long by_far_call(long nr, long a, long b, long c);

static struct regions now;

static struct region vdso_now(const struct sample *s, long maps, bool unmap)
{
	struct region vdso = {.from = 0};

	regions_read(s, maps, &now);
	for (unsigned i = 0; i < now.n; i++) {
		if (now.all[i].vdso && now.all[i].executable)
			vdso = now.all[i];
		if (unmap && now.all[i].vdso)
			sys2(__NR_munmap, now.all[i].from, now.all[i].to - now.all[i].from);
	}
	return vdso;
}

static unsigned calls(const struct sample *s, long parent)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < HOT; i++) {
		wrong += vdso_call(s, __NR_getppid, 0, 0, 0, 0) != parent;
		wrong += sys0(__NR_getppid) != parent;
	}
	return wrong;
}

int sample_main(struct sample *s)
{
	long maps = regions_open(s), parent = sys0(__NR_getppid);
	unsigned wrong = 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	for (unsigned i = 0; i < s->rounds; i++) {
		struct region was, is;
		long got;

		wrong += calls(s, parent);
		was = vdso_now(s, maps, true);
		truth_add(PATH_FAR_CALL, ABI_X86_64, NR64_ARCH_PRCTL);
		got = by_far_call(NR64_ARCH_PRCTL, ARCH_MAP_VDSO_32, WHERE + (long)i * STEP, 0);
		if (got < 0)
			sample_skip(s, "this kernel maps no vDSO when asked");
		is = vdso_now(s, maps, false);
		if (!was.from || !is.from)
			sample_fail(s, "no vDSO in the maps", (long)i);
		s->sysinfo += is.from - was.from;
		wrong += calls(s, parent);
	}
	return wrong != 0;
}
