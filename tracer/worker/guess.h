/* SPDX-License-Identifier: MIT */
/*
 * The way to the caller where no call frame information is: first the code
 * itself (which call instruction pushes this return address, and what the
 * function that it calls saves first), then the frame pointer, then the first
 * return address that a call instruction stands before.
 */
#ifndef ET_WORKER_GUESS_H
#define ET_WORKER_GUESS_H

#include "worker/machine.h"

enum guess {
	GUESS_NONE,  /* no caller was found */
	GUESS_END,   /* this is the entry point of the program */
	GUESS_SLICE, /* the slice ended before one was found */
	GUESS_POINTER,
	GUESS_SCAN,
};

/* Moves m to the caller of its frame, or leaves it as it is. */
enum guess guess_step(struct machine *m);

/*
 * 64-bit code only: the nearest far return to 32-bit code above sp, a pair of
 * eip and code selector behind a far call. Fills the address of the pair.
 */
bool guess_far_return(const struct machine *m, uint64_t *at);

/* Does value look like a far return address: selector above, 32-bit code below? */
bool is_far_return(const struct machine *m, uint64_t value);

#endif
