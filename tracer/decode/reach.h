/* SPDX-License-Identifier: MIT */
/*
 * Which bytes of a piece of code are reached from places where code is known to
 * begin, by its own jumps and calls; and which may be, from places that the file
 * takes the address of, which can be functions or tables alike.
 */
#ifndef ET_DECODE_REACH_H
#define ET_DECODE_REACH_H

#include "decode/insn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reach;

/*
 * The code bytes[0..n), which stand at vaddr and must stay there as long. got is
 * what i386 position-independent code counts addresses from; 0: unknown.
 */
struct reach *reach_new(const uint8_t *bytes, size_t n, uint64_t vaddr, enum cpu_mode mode, uint64_t got);
void reach_free(struct reach *r);

/* Code begins at vaddr; or its address is taken, so that it may. Elsewhere than in the code: nothing. */
void reach_from(struct reach *r, uint64_t vaddr);
void reach_maybe_from(struct reach *r, uint64_t vaddr);

/* Follows all of that, and the addresses that the code itself takes. Each byte is read a bounded number of times. */
void reach_run(struct reach *r);

enum reached {
	REACHED_NOT,    /* nothing leads there */
	REACHED_MAYBE,  /* an instruction begins there if what an address was taken of is code */
	REACHED_INSIDE, /* in the middle of an instruction that is reached */
	REACHED,        /* an instruction begins there */
};

/*
 * Do the bytes at at read as part of a call or jump, begun before them, to an
 * instruction that is reached or may be? By chance one place in tens of thousands does.
 */
bool reach_in_branch(const struct reach *r, size_t at);

/* What of the entry instruction at bytes[at], prefixes left out? */
enum reached reach_at(const struct reach *r, size_t at);

#endif
