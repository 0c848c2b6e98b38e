/* SPDX-License-Identifier: MIT */
/* Calls that change mappings, as far as they are about code or about what is patched. */
#include "trace/inplace_internal.h"

#include <sys/mman.h>
#include <sys/personality.h>

/* A program that goes on changing what is patched in it is left alone in the end. */
enum { YIELDS_MAX = 100 };

/* ipc(2)'s sub-calls, linux/ipc.h */
enum { IPC_SHMAT = 21, IPC_SHMDT = 22 };

/* arch_prctl(2)'s ARCH_MAP_VDSO_X32, _32, _64, asm/prctl.h */
enum { ARCH_MAP_VDSO_FIRST = 0x2001, ARCH_MAP_VDSO_LAST = 0x2003 };

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* What a call changes: up to two ranges, rounded to pages. */
struct change {
	struct {
		uint64_t start, end;
	} range[2];
	unsigned n;
	bool unknown;   /* anything may change */
	bool adds_code; /* in its ranges, or somewhere */
};

static void add_range(struct change *c, uint64_t start, uint64_t size)
{
	uint64_t end = start + size;

	if (end < start)
		end = UINT64_MAX;
	c->range[c->n].start = start & ~(uint64_t)(CODE_PAGE - 1);
	c->range[c->n].end = end > UINT64_MAX - CODE_PAGE ? UINT64_MAX : (end + CODE_PAGE - 1) & ~(uint64_t)(CODE_PAGE - 1);
	c->n++;
}

/* What of a call's arguments tells what it changes. */
enum effect {
	FIRST_RANGE = 1,  /* the first two are an address and a size */
	IF_FIXED = 2,     /* they are, where the fourth has MAP_FIXED */
	SECOND_RANGE = 4, /* the fifth and third are, too, where the fourth has MREMAP_FIXED */
	BY_PROT = 8,      /* the third says whether code is added */
	GROWS = 16,       /* data is added */
	ANYTHING = 32,
	IF_SHM = 64,      /* ANYTHING, for some sub-calls of ipc(2) */
	IF_VDSO = 128,    /* ANYTHING, for some operations of arch_prctl(2) */
};

static const uint8_t effects[] = {
	[CALL_MAP] = IF_FIXED | BY_PROT,
	[CALL_OLD_MMAP] = ANYTHING,
	[CALL_REMAP] = FIRST_RANGE,
	[CALL_PROTECT] = FIRST_RANGE | BY_PROT,
	[CALL_ADVISE] = FIRST_RANGE,
	[CALL_MREMAP] = FIRST_RANGE | SECOND_RANGE,
	[CALL_REMAP_ANY] = ANYTHING,
	[CALL_IPC] = IF_SHM,
	[CALL_BRK] = GROWS,
	[CALL_ARCH_PRCTL] = IF_VDSO,
};

static struct change change_of(enum call_kind kind, const uint64_t *args, bool any_code)
{
	const unsigned e = kind < sizeof(effects) ? effects[kind] : 0;
	struct change c = {.n = 0};

	if (e & FIRST_RANGE || (e & IF_FIXED && args[3] & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
		add_range(&c, args[0], args[1]);
	if (e & SECOND_RANGE && args[3] & MREMAP_FIXED)
		add_range(&c, args[4], args[2]);
	c.adds_code = (e & BY_PROT && (any_code || args[2] & PROT_EXEC)) || (e & GROWS && any_code);
	c.unknown = e & ANYTHING ||
		    (e & IF_SHM && ((args[0] & 0xffff) == IPC_SHMAT || (args[0] & 0xffff) == IPC_SHMDT)) ||
		    (e & IF_VDSO && args[0] >= ARCH_MAP_VDSO_FIRST && args[0] <= ARCH_MAP_VDSO_LAST);
	return c;
}

/* Does it change code that the snapshot shows? Without one, it may. */
static bool has_code(const struct maps *maps, uint64_t start, uint64_t end)
{
	for (size_t i = 0; maps && i < maps->n; i++)
		if (maps->list[i].exec && maps->list[i].start < end && start < maps->list[i].end)
			return true;
	return !maps;
}

static bool changes_code(const struct maps *maps, const struct change *c)
{
	if (c->unknown || (c->adds_code && c->n))
		return true;
	for (unsigned i = 0; i < c->n; i++)
		if (has_code(maps, c->range[i].start, c->range[i].end))
			return true;
	return false;
}

/* Nothing is counted any more for code that is about to go. */
static void let_go_of(struct inplace *in, struct thread *t, const struct change *c)
{
	/* Those that share the table still have that code. */
	if (patch_shares(in->patch) && patch_own_table(in->patch, t->tid) != 0)
		patch_freeze(in->patch);
	if (c->unknown)
		patch_switch_off(in->patch, 0, UINT64_MAX);
	for (unsigned i = 0; i < c->n; i++) {
		patch_switch_off(in->patch, c->range[i].start, c->range[i].end);
		patch_forget_sites(in->patch, t->tid, c->range[i].start, c->range[i].end);
	}
}

static bool touches(const struct inplace *in, const struct change *c)
{
	for (unsigned i = 0; i < c->n; i++)
		if (patch_touched(in->patch, c->range[i].start, c->range[i].end))
			return true;
	return false;
}

bool inplace_mapping(struct thread *t, enum call_kind kind, const uint64_t *args)
{
	struct inplace *in = inplace_of(t);
	struct change c = change_of(kind, args, in && in->any_code);
	bool code = changes_code(t->space->maps, &c);

	if (!in || !in->patch || !(code || touches(in, &c)))
		return code;
	if (touches(in, &c)) {
		if (++in->yields > YIELDS_MAX)
			inplace_refuse(t->space, "it goes on changing the memory in which its entries were counted");
		else
			inplace_event(t->space, MODE_TOUCHED);
		return true;
	}
	let_go_of(in, t, &c);
	return code;
}

void inplace_segments(struct thread *t)
{
	struct inplace *in = inplace_of(t);

	if (!in)
		return;
	in->segments = true;
	if (in->patch)
		patch_forget_sites(in->patch, t->tid, 0, UINT64_MAX);
}

void inplace_personality(struct thread *t, uint64_t persona)
{
	struct inplace *in = inplace_of(t);

	if (!in || (uint32_t)persona == UINT32_MAX || !(persona & READ_IMPLIES_EXEC))
		return;
	in->any_code = true;
	if (in->patch)
		patch_switch_off(in->patch, 0, UINT64_MAX);
}
