/* SPDX-License-Identifier: MIT */
/*
 * Finds the bytes of kernel entries in code, wherever they stand, fast: pairs of
 * bytes first, 64 bytes at a time, then the rest of each pattern. What is found
 * need not be an instruction: that is for who reads the code in step to say.
 */
#ifndef ET_DECODE_FIND_H
#define ET_DECODE_FIND_H

#include "decode/insn.h"
#include "model/entry_form.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes before and behind a place that its patterns may look at. */
#define FIND_BEFORE 48
#define FIND_BEHIND 18

struct found {
	enum entry_form form;
	size_t at;              /* in the bytes: where the instruction begins, prefixes left out */
	uint8_t len;
	bool through_memory;    /* a far call or jump by a pointer at a fixed address: */
	struct taddr pointer;   /* where the selector has to be looked up */
	bool relative;          /* and that address counts from the instruction's end (RIP-relative) */
};

/*
 * The first pattern whose telling pair of bytes begins at from or behind it, in
 * bytes[0..n). Returns where to go on (from for the next call) with *out filled, or
 * n when there is none. Patterns that would reach beyond the bytes are not found.
 */
size_t find_entry(const uint8_t *bytes, size_t n, size_t from, enum cpu_mode mode, struct found *out);

#endif
