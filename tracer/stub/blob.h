/* SPDX-License-Identifier: MIT */
/* The templates of asm/stub32.asm as data of the library: what its head says. */
#ifndef ET_STUB_BLOB_H
#define ET_STUB_BLOB_H

#include <stdint.h>

/* Offsets of code and tables are from the start of the blob, all others from a part's code. */
struct stub_part {
	uint16_t code, size;
	uint16_t fixes, nfixes;
	uint16_t states, nstates;
};

struct stub_blob {
	uint32_t hash_factor, hash_mask;
	uint16_t hash_shift;
	struct stub_part stub, detour;
	uint16_t missed, restart, restarted; /* in the stub */
	uint16_t entered;                    /* in the detour */
	/* of no part: it is copied as it is, and what follows is in it */
	uint16_t chain, chain_size, chain_next, chain_last;
	uint16_t chain_frame;                /* bytes */
};

enum stub_fix_kind {
	FIX_ADD_TABLE,
	FIX_ADD_SLOT,
	FIX_PUT_FRAME,
	FIX_PUT_NR,
	FIX_REL_ENTRY,
	FIX_REL_BACK,
	FIX_REL_PAD,
	FIX_KINDS
};

struct stub_fix {
	uint16_t at, kind;
};

enum stub_state_bit {
	STATE_PUSHED = 0x0003, /* a number */
	STATE_NR_IN_EDX = 0x0004,
	STATE_FLAGS_IN_AX = 0x0008,
	STATE_COUNTED = 0x0010,
	STATE_CARRY = 0x0020,
	STATE_CARRY_IF_ZERO = 0x0040,
	STATE_SLOT_IN_EBP = 0x0080,
	STATE_RESTART = 0x0100,
	STATE_INT80 = 0x0200,
	STATE_ENTERED = 0x0400,
	STATE_FOREIGN = 0x0800,
};

/* Of every instruction boundary from at to the next one's; in order. */
struct stub_state {
	uint16_t at, bits;
};

/* asm/blob.asm, aligned to 16 */
extern const char stub32_start[], stub32_end[];

static inline const struct stub_blob *stub_blob(void)
{
	return (const struct stub_blob *)(const void *)stub32_start;
}

static inline const void *stub_blob_at(uint16_t offset)
{
	return stub32_start + offset;
}

#endif
