/* SPDX-License-Identifier: MIT */
/* The counting code of asm/count32.asm as data of the library: what its head says. */
#ifndef ET_PATCH_BLOB_H
#define ET_PATCH_BLOB_H

#include <stdint.h>

struct code_blob {
	uint32_t hash_factor, hash_mask;
	uint16_t hash_shift;
	/* from the start of the blob; all others are from the start of the code */
	uint16_t code, size;
	uint16_t fixes, nfixes;
	uint16_t states, nstates;
	uint16_t enter, enter80;
	uint16_t tail, tail80, tail_fifth; /* the last one is from a tail to its sibling */
	uint16_t plain, missed80;
	uint16_t restart, restarted;
	uint16_t setup, setup_done;
	uint16_t chunks;
};

enum code_fix_kind {
	FIX_ADD_PAGE,
	FIX_ADD_TABLE,
	FIX_PUT_SECRET,
	FIX_PUT_MOVE,
	FIX_REL_ENTRY,
	FIX_REL_PAD,
	FIX_KINDS
};

struct code_fix {
	uint16_t at, kind;
};

enum code_state_bit {
	STATE_PUSHED = 0x0007, /* a number of words below the return address */
	STATE_FLAGS_FIRST = 0x0008,
	STATE_NR_IN_EDX = 0x0010,
	STATE_FLAGS_IN_AX = 0x0020,
	STATE_COUNTED = 0x0040,
	STATE_CARRY = 0x0080,
	STATE_CARRY_IF_ZERO = 0x0100,
	STATE_EBP_KEPT = 0x0200,
	STATE_EBP_FIRST = 0x0400,
	STATE_EDI_KEPT = 0x0800,
	STATE_PLAIN = 0x1000,
	STATE_BY_INT80 = 0x2000,
	STATE_RESTART = 0x4000,
	STATE_ENTERED = 0x8000,
};

/* Of every instruction boundary from at to the next one's; in order. */
struct code_state {
	uint16_t at, bits;
};

/* asm/blob.asm, aligned to 16 */
extern const char count32_start[], count32_end[];

static inline const struct code_blob *code_blob(void)
{
	return (const struct code_blob *)(const void *)count32_start;
}

static inline const void *code_blob_at(uint16_t offset)
{
	return count32_start + offset;
}

#endif
