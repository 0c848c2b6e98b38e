/* SPDX-License-Identifier: MIT */
#include "patch/table.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>

/* The rule is hi's highest byte. */
enum { RULE_SHIFT = 24 };
#define HI_COUNT 0xffffffu

/* More than can have been counted since any last time: what is more has been written there. */
#define INCREASE_MAX ((uint64_t)1 << 44)

/* What the tracer put there. The program's copy is only ever written, but for the counts. */
struct key {
	uint32_t ret, nr;
	uint8_t rule; /* 0: switched off */
	void *counter;
	uint64_t drained;
	uint64_t owed; /* counted, and taken back since it was drained */
};

struct table {
	struct table_slot *slot;
	struct key key[TABLE_SLOTS];
	unsigned used;
};

struct table *table_new(struct table_slot *shared)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->slot = shared;
	return t;
}

void table_free(struct table *t)
{
	free(t);
}

static void put_rule(struct table_slot *slot, uint8_t rule)
{
	/* Under running threads, which may just add a carry to the rest of the word. */
	__atomic_store_n((uint8_t *)&slot->hi + 3, rule, __ATOMIC_RELEASE);
}

static uint64_t count_of(const struct table_slot *slot)
{
	uint32_t hi = __atomic_load_n(&slot->hi, __ATOMIC_ACQUIRE), lo = __atomic_load_n(&slot->lo, __ATOMIC_ACQUIRE);

	return (uint64_t)(hi & HI_COUNT) << 32 | lo;
}

static int find(const struct table *t, uint32_t ret, uint32_t nr)
{
	uint32_t first = table_hash(ret, nr) / (uint32_t)sizeof(struct table_slot);

	for (uint32_t i = 0; i < TABLE_SLOTS && ret; i++) {
		uint32_t n = (first + i) % TABLE_SLOTS;

		if (t->key[n].ret == ret && t->key[n].nr == nr)
			return (int)n;
		if (!t->key[n].ret)
			break;
	}
	return -ENOENT;
}

/* A free slot for it, near enough; one is always left. */
static int find_free(const struct table *t, uint32_t ret, uint32_t nr)
{
	uint32_t first = table_hash(ret, nr) / (uint32_t)sizeof(struct table_slot);

	for (uint32_t i = 0; i < TABLE_PROBES && t->used + 1 < TABLE_SLOTS; i++)
		if (!t->key[(first + i) % TABLE_SLOTS].ret)
			return (int)((first + i) % TABLE_SLOTS);
	return -ENOSPC;
}

void table_take_keys(struct table *to, const struct table *from)
{
	to->used = from->used;
	for (unsigned i = 0; i < TABLE_SLOTS; i++) {
		to->key[i] = (struct key){.ret = from->key[i].ret, .nr = from->key[i].nr, .counter = from->key[i].counter};
		to->slot[i] = (struct table_slot){.ret = to->key[i].ret, .nr = to->key[i].nr};
	}
}

int table_insert(struct table *t, uint32_t ret, uint32_t nr, uint8_t rule, void *counter)
{
	int n = find(t, ret, nr);

	if (!ret || !rule)
		return -EINVAL;
	if (n >= 0 && t->key[n].rule && t->key[n].counter != counter)
		return -EEXIST;
	/* What it counted for another has to be drained first. */
	if (n >= 0 && t->key[n].counter != counter &&
	    (t->slot[n].lo != (uint32_t)t->key[n].drained || t->key[n].owed))
		return -EEXIST;
	if (n < 0) {
		n = find_free(t, ret, nr);
		if (n < 0)
			return n;
		t->used++;
		/* Whatever the program has written there before is no count. */
		t->key[n] = (struct key){.ret = ret, .nr = nr, .drained = count_of(&t->slot[n])};
		/* ret last: it is compared first, and a half-written key never matches. */
		__atomic_store_n(&t->slot[n].nr, nr, __ATOMIC_RELAXED);
		__atomic_store_n(&t->slot[n].ret, ret, __ATOMIC_RELEASE);
	}
	t->key[n].counter = counter;
	t->key[n].rule = rule;
	put_rule(&t->slot[n], rule);
	return 0;
}

void table_switch_off(struct table *t, uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < TABLE_SLOTS; i++) {
		struct key *k = &t->key[i];

		if (!k->rule || k->ret < start || k->ret >= end)
			continue;
		k->rule = 0;
		put_rule(&t->slot[i], 0);
	}
}

bool table_counts(const struct table *t, uint32_t ret)
{
	for (unsigned i = 0; i < TABLE_SLOTS; i++)
		if (t->key[i].ret == ret && t->key[i].rule)
			return true;
	return false;
}

void table_take_back(struct table *t, uint32_t ret, uint32_t nr, bool carry)
{
	int n = find(t, ret, nr);

	if (n < 0)
		return;
	if (carry)
		__atomic_fetch_add(&t->slot[n].hi, 1, __ATOMIC_RELAXED);
	t->key[n].owed++;
}

void table_disown(struct table *t)
{
	for (unsigned i = 0; i < TABLE_SLOTS; i++)
		t->key[i].counter = NULL;
}

/*
 * What a slot counted since it was drained. The low half may have just wrapped and
 * its carry be on the way: then it is left for the next time. False when it is
 * nothing that counting makes.
 */
static bool counted(const struct table_slot *slot, struct key *k, uint64_t *n)
{
	uint64_t count = count_of(slot);

	*n = 0;
	if (count < k->drained && k->drained - count > UINT32_MAX - ((uint32_t)1 << 30) && k->drained - count <= UINT32_MAX)
		return true;
	if (count < k->drained || count - k->drained > INCREASE_MAX) {
		k->drained = count;
		return false;
	}
	*n = count - k->drained;
	k->drained = count;
	return true;
}

/* Is the rest as the tracer left it? What is not, is put right. */
static bool intact(struct table_slot *slot, const struct key *k)
{
	if (slot->ret == k->ret && slot->nr == k->nr && slot->hi >> RULE_SHIFT == k->rule)
		return true;
	__atomic_store_n(&slot->nr, k->nr, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->ret, k->ret, __ATOMIC_RELEASE);
	put_rule(slot, k->rule);
	return false;
}

unsigned table_drain(struct table *t, void (*each)(void *ctx, void *counter, uint32_t nr, int64_t n), void *ctx)
{
	unsigned strange = 0;

	for (unsigned i = 0; i < TABLE_SLOTS; i++) {
		struct key *k = &t->key[i];
		uint64_t n;
		bool good = intact(&t->slot[i], k);

		if (!k->ret) {
			strange += !good;
			continue;
		}
		/* Beside a key that was written over, a higher count is hardly one. */
		if (!counted(&t->slot[i], k, &n) || !good) {
			strange++;
			n = 0;
		}
		if (n != k->owed && k->counter)
			each(ctx, k->counter, k->nr, (int64_t)(n - k->owed));
		k->owed = 0;
	}
	return strange;
}
