/* SPDX-License-Identifier: MIT */
/*
 * The table of counters that a program's stub (asm/stub32.asm) and the tracer
 * share. A binary contract: the program may write anything into it at any time.
 *
 * Only the tracer inserts keys; the stub adds to counters. A key is hashed to a
 * first slot, and the next ones are tried, wrapping, up to a free one.
 */
#ifndef ET_STUB_SLOT_H
#define ET_STUB_SLOT_H

#include <stddef.h>
#include <stdint.h>

#define STUB_SLOTS 2048u /* a power of two */
#define STUB_SITES 128u  /* further slots behind them, one per patched int 0x80 */

#define STUB_TABLE_SIZE ((STUB_SLOTS + STUB_SITES) * sizeof(struct stub_slot))

/* How many slots behind the first a key may stand: the program pays for each. */
#define STUB_PROBES 64u

/* Values of ret that are no key: the stub never matches them. */
#define STUB_FREE 0u
#define STUB_DISARMED 0xffffffffu /* taken, so that what stands behind is still found */

struct stub_slot {
	uint32_t ret; /* return address of the call to __kernel_vsyscall */
	uint32_t nr;
	union {
		/* The stub adds to lo, then to hi when lo becomes 0: read it twice, or stopped. */
		struct {
			uint32_t lo, hi;
		};
		uint64_t count;
	};
};

_Static_assert(sizeof(struct stub_slot) == 16, "asm/stub32.asm");
_Static_assert(offsetof(struct stub_slot, lo) == 8 && offsetof(struct stub_slot, hi) == 12, "asm/stub32.asm");

/* The byte offset in the table of the slot that is tried first. */
static inline uint32_t stub_slot_hash(uint32_t ret, uint32_t nr)
{
	return (ret + nr * 8) * 0x9e3779b1u >> 17 & (STUB_SLOTS - 1) * (uint32_t)sizeof(struct stub_slot);
}

/* The index of the slot with that key, or -ENOENT. */
int stub_slot_find(const struct stub_slot *table, uint32_t ret, uint32_t nr);

/*
 * The index of the slot with that key, which is inserted if it is not there,
 * under running threads; its counter is left as it is. -EINVAL where ret is no
 * key; -ENOSPC where its neighbourhood is full. At least one slot stays free,
 * which ends the stub's search.
 */
int stub_slot_insert(struct stub_slot *table, uint32_t ret, uint32_t nr);

#endif
