/* SPDX-License-Identifier: MIT */
/*
 * The table of counters that a program's counting code (asm/count32.asm) and the
 * tracer share, and what the tracer knows of it. A binary contract: the program
 * may write anything into it at any time, so the tracer believes nothing in it but
 * the counts, and those only as long as they grow.
 *
 * Only the tracer inserts keys; the program adds to counters. A key is hashed to a
 * first slot, and the next ones are tried, wrapping, up to a free one.
 */
#ifndef ET_PATCH_TABLE_H
#define ET_PATCH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_SLOTS 2048u /* a power of two */

/* How many slots behind the first a key may stand: the program pays for each. */
#define TABLE_PROBES 64u

struct table_slot {
	uint32_t ret; /* return address of the call, or the address behind the int 0x80; 0: free */
	uint32_t nr;
	uint32_t lo;
	uint32_t hi;  /* 24 bits, and above them the rule; 0: not counted */
};

#define TABLE_SIZE (TABLE_SLOTS * sizeof(struct table_slot))

_Static_assert(sizeof(struct table_slot) == 16, "asm/count32.asm");
_Static_assert(offsetof(struct table_slot, lo) == 8 && offsetof(struct table_slot, hi) == 12, "asm/count32.asm");

/* The byte offset in the table of the slot that is tried first. */
static inline uint32_t table_hash(uint32_t ret, uint32_t nr)
{
	return (ret + nr * 8) * 0x9e3779b1u >> 17 & (TABLE_SLOTS - 1) * (uint32_t)sizeof(struct table_slot);
}

struct table;

/* For shared, TABLE_SIZE bytes of zeros, which stay the caller's. */
struct table *table_new(struct table_slot *shared);
void table_free(struct table *t);

/*
 * The keys of another table in the same slots, switched off: a task that has found
 * its key in that one may add to this one.
 */
void table_take_keys(struct table *to, const struct table *from);

/*
 * From now on entries of that key are counted, for counter, an identity that
 * table_drain() gives back; rule is an enum call_free. -EINVAL where ret is no
 * key; -ENOSPC where its neighbourhood is full; -EEXIST where it is counted for
 * another. At least one slot stays free, which ends the program's search.
 */
int table_insert(struct table *t, uint32_t ret, uint32_t nr, uint8_t rule, void *counter);

/* Keys whose ret lies in [start, end) are not counted any more; they keep their slots. */
void table_switch_off(struct table *t, uint64_t start, uint64_t end);

/* Is a key with that ret counted? */
bool table_counts(const struct table *t, uint32_t ret);

/* The key was counted once for a call that was not made; with carry, hi has not yet heard that lo wrapped. */
void table_take_back(struct table *t, uint32_t ret, uint32_t nr, bool carry);

/* Counts go on, and no counter is given back any more. */
void table_disown(struct table *t);

/*
 * Calls each(ctx, counter, nr, n) for the n entries of every key since the last
 * time; n is negative where only some taken back since are left. Returns how many
 * slots have something in them that neither the code nor the tracer writes there.
 */
unsigned table_drain(struct table *t, void (*each)(void *ctx, void *counter, uint32_t nr, int64_t n), void *ctx);

#endif
