/* SPDX-License-Identifier: MIT */
/* The state of one thread while it is unwound, and reading what it can reach. */
#ifndef ET_WORKER_MACHINE_H
#define ET_WORKER_MACHINE_H

#include "worker/space.h"

/*
 * Where libunwind finds what we wrote for it: the last pages below the end of
 * the address space, which are the kernel's, so that no program has them.
 */
#define SCRATCH_SIZE 8192U
#define SCRATCH_AT ((uintptr_t)0 - SCRATCH_SIZE)

struct machine {
	struct space *space;
	uint64_t regs[WIRE_REGS];
	bool ip_is_return;
	bool beyond; /* something above the slice was asked for */
	const uint8_t *slice;
	uint64_t slice_at;
	uint32_t slice_len;
	uint8_t scratch[SCRATCH_SIZE];
};

/* Copies n bytes at addr: from the slice, from scratch, else from a mapped file. */
bool machine_read(struct machine *m, uint64_t addr, void *out, size_t n);

/* One word of the stack. False outside the slice. */
bool machine_stack(const struct machine *m, uint64_t addr, uint64_t *word);

/* The address to look up for the frame: inside the call for a return address. */
static inline uint64_t machine_lookup_ip(const struct machine *m)
{
	return m->regs[WIRE_IP] - (m->ip_is_return ? 1 : 0);
}

#endif
