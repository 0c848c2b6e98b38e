/* SPDX-License-Identifier: MIT */
#include "worker/machine.h"

#include <string.h>

/* How far above the slice an address still is of the same stack. */
enum { STACK_ABOVE = 8 << 20 };

static bool within(uint64_t addr, size_t n, uint64_t at, uint64_t len)
{
	return addr >= at && addr - at <= len && n <= len - (addr - at);
}

bool machine_read(struct machine *m, uint64_t addr, void *out, size_t n)
{
	if (within(addr, n, m->slice_at, m->slice_len)) {
		memcpy(out, m->slice + (addr - m->slice_at), n);
		return true;
	}
	if (within(addr, n, SCRATCH_AT, SCRATCH_SIZE)) {
		memcpy(out, m->scratch + (addr - SCRATCH_AT), n);
		return true;
	}
	if (space_read(m->space, addr, out, n))
		return true;
	if (within(addr, 0, m->slice_at + m->slice_len, STACK_ABOVE))
		m->beyond = true;
	return false;
}

bool machine_stack(const struct machine *m, uint64_t addr, uint64_t *word)
{
	*word = 0;
	if (!within(addr, WORD_SIZE, m->slice_at, m->slice_len))
		return false;
	memcpy(word, m->slice + (addr - m->slice_at), WORD_SIZE);
	return true;
}
