/* SPDX-License-Identifier: MIT */
#include "support/checked.h"

/* Carry, parity, adjust, zero, sign, direction, overflow: nothing that a call may change. */
#define FLAGS 0xcd5u
#define FLAG_ALWAYS 0x2u
#define FLAG_INTERRUPTS 0x200u

unsigned checked_wrong;

struct way way_vdso(const struct sample *s)
{
	return (struct way){(const void *)s->sysinfo, s->vdso};
}

struct way way_int80(void)
{
	return (struct way){checked_int80, PATH_INT80};
}

/* checked.asm; the last one is all zero. */
extern const struct {
	long nr;
	const char *code, *insn;
} checked_sites[];

struct way way_numbered(long nr)
{
	for (unsigned i = 0; checked_sites[i].code; i++)
		if (checked_sites[i].nr == nr)
			return (struct way){checked_sites[i].code, PATH_INT80};
	return (struct way){NULL, PATH_INT80};
}

bool way_enters_at(unsigned long ip)
{
	bool found = ip == (unsigned long)checked_int80_insn;

	for (unsigned i = 0; checked_sites[i].code; i++)
		found |= ip == (unsigned long)checked_sites[i].insn;
	return found;
}

/* Another set of flags for each call; backwards at times, as code that copies has it. */
static uint32_t some_flags(void)
{
	static uint32_t turn;
	uint32_t seed = __atomic_add_fetch(&turn, 1, __ATOMIC_RELAXED) * 2654435761u;

	return (seed >> 12 & FLAGS) | FLAG_ALWAYS | FLAG_INTERRUPTS;
}

long checked_call(const struct way *w, long nr, long a, long b, long c, long d, long e, long f)
{
	struct registers r = {(uint32_t)nr, (uint32_t)a, (uint32_t)b, (uint32_t)c,
			      (uint32_t)d, (uint32_t)e, (uint32_t)f, some_flags()};
	const struct registers was = r;
	bool same;

	truth_add(w->path, ABI_I386, nr);
	checked_enter(&r, w->code);
	same = r.bx == was.bx && r.cx == was.cx && r.dx == was.dx && r.si == was.si && r.di == was.di &&
	       r.bp == was.bp && ((r.flags ^ was.flags) & FLAGS) == 0;
	if (!same)
		__atomic_add_fetch(&checked_wrong, 1, __ATOMIC_RELAXED);
	return (long)r.ax;
}

unsigned expect(const struct sample *s, const char *what, long got, long wanted)
{
	char line[160];
	size_t at;

	if (got == wanted)
		return 0;
	at = truth_text(line, sizeof(line), 0, s->name);
	at = truth_text(line, sizeof(line), at, ": ");
	at = truth_text(line, sizeof(line), at, what);
	at = truth_text(line, sizeof(line), at, " gave ");
	at = truth_number(line, sizeof(line), at, got);
	at = truth_text(line, sizeof(line), at, ", not ");
	at = truth_number(line, sizeof(line), at, wanted);
	at = truth_text(line, sizeof(line), at, "\n");
	sys3(__NR_write, 2, line, at);
	return 1;
}
