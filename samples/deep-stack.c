/* SPDX-License-Identifier: MIT */
/*
 * A program that raises its limit for the stack while it runs, and then uses 100 MiB
 * of it, with calls on the way: nothing may lie in the way that is not its own.
 */
#include "support/sample.h"

#include <linux/resource.h>

enum { HOT = 300, FRAME = 65536, DEPTH = 1600 };

static unsigned wrong;
static long parent;

static void calls(const struct sample *s, unsigned n)
{
	while (n--) {
		wrong += vdso_call(s, __NR_getppid, 0, 0, 0, 0) != parent;
		wrong += sys0(__NR_getppid) != parent;
	}
}

static __attribute__((noinline)) unsigned deeper(const struct sample *s, unsigned depth)
{
	volatile unsigned char frame[FRAME];

	for (unsigned i = 0; i < FRAME; i += 4096)
		frame[FRAME - 1 - i] = (unsigned char)depth;
	calls(s, depth % 16 == 0);
	if (depth > 0)
		wrong += deeper(s, depth - 1) != depth - 1;
	/* Still as it was left, though so much came after it. */
	for (unsigned i = 0; i < FRAME; i += 4096)
		wrong += frame[FRAME - 1 - i] != (unsigned char)depth;
	return depth;
}

int sample_main(struct sample *s)
{
	struct rlimit limit;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	parent = sys0(__NR_getppid);
	calls(s, HOT);
	if (sys2(__NR_ugetrlimit, RLIMIT_STACK, &limit) != 0)
		sample_fail(s, "no limit can be read", 0);
	limit.rlim_cur = FRAME * (DEPTH + 160ul);
	if (limit.rlim_max < limit.rlim_cur)
		sample_skip(s, "the limit for the stack cannot be raised so far");
	if (sys2(__NR_setrlimit, RLIMIT_STACK, &limit) != 0)
		sample_fail(s, "the limit cannot be raised", 0);
	for (unsigned i = 0; i < s->rounds; i++)
		deeper(s, DEPTH);
	return wrong != 0;
}
