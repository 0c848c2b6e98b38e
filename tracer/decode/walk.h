/* SPDX-License-Identifier: MIT */
/* Reading a stretch of code once, in step, with an eye on some places in it. */
#ifndef ET_DECODE_WALK_H
#define ET_DECODE_WALK_H

#include "decode/insn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place to look at, and what stands there. */
struct walk_place {
	size_t at;         /* in the code; asked for */
	enum {
		WALK_LOST,   /* not reached: something before it is no instruction */
		WALK_BEGINS, /* an instruction begins there, or prefixes of it just before */
		WALK_INSIDE, /* in the middle of another instruction */
	} found;
	bool nr_known;     /* the code just before puts a constant into eax: */
	uint32_t nr;
};

/*
 * Reads code[0..n), which begins with an instruction, up to the last of the
 * places. They are in rising order; each found is filled.
 */
void walk_code(const uint8_t *code, size_t n, enum cpu_mode mode, struct walk_place *places, size_t nplaces);

/*
 * The constant that the instruction just before code[at] puts into eax, where the
 * bytes say so by themselves: for places that no walk leads to.
 */
bool walk_number_before(const uint8_t *code, size_t at, enum cpu_mode mode, uint32_t *nr);

#endif
