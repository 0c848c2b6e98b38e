/* SPDX-License-Identifier: MIT */
#include "stub/slot.h"

#include <errno.h>
#include <stdbool.h>

static uint32_t first_slot(uint32_t ret, uint32_t nr)
{
	return stub_slot_hash(ret, nr) / (uint32_t)sizeof(struct stub_slot);
}

static uint32_t slot_ret(const struct stub_slot *s)
{
	return __atomic_load_n(&s->ret, __ATOMIC_ACQUIRE);
}

static bool is_key(uint32_t ret)
{
	return ret != STUB_FREE && ret != STUB_DISARMED;
}

int stub_slot_find(const struct stub_slot *table, uint32_t ret, uint32_t nr)
{
	uint32_t first = first_slot(ret, nr);

	if (!is_key(ret))
		return -ENOENT;
	for (uint32_t i = 0; i < STUB_SLOTS; i++) {
		uint32_t n = (first + i) % STUB_SLOTS;
		uint32_t there = slot_ret(&table[n]);

		if (there == ret && __atomic_load_n(&table[n].nr, __ATOMIC_RELAXED) == nr)
			return (int)n;
		if (there == STUB_FREE)
			break;
	}
	return -ENOENT;
}

static bool has_another_free(const struct stub_slot *table, uint32_t but)
{
	for (uint32_t i = 1; i < STUB_SLOTS; i++)
		if (slot_ret(&table[(but + i) % STUB_SLOTS]) == STUB_FREE)
			return true;
	return false;
}

int stub_slot_insert(struct stub_slot *table, uint32_t ret, uint32_t nr)
{
	uint32_t first = first_slot(ret, nr);
	int found = stub_slot_find(table, ret, nr);

	if (!is_key(ret))
		return -EINVAL;
	if (found >= 0)
		return found;
	for (uint32_t i = 0; i < STUB_PROBES; i++) {
		uint32_t n = (first + i) % STUB_SLOTS;

		if (slot_ret(&table[n]) != STUB_FREE)
			continue;
		if (!has_another_free(table, n))
			return -ENOSPC;
		/* ret last: the stub compares it first, and a half-written key never matches. */
		__atomic_store_n(&table[n].nr, nr, __ATOMIC_RELAXED);
		__atomic_store_n(&table[n].ret, ret, __ATOMIC_RELEASE);
		return (int)n;
	}
	return -ENOSPC;
}
