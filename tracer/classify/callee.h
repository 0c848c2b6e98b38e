/* SPDX-License-Identifier: MIT */
/*
 * The code that a direct call before the landing pad's return address leads to.
 * A libc's function that goes on into the vDSO by a jump, a linker's stub, and a
 * private copy of the vDSO's own function look the same from their caller.
 */
#ifndef ET_CLASSIFY_CALLEE_H
#define ET_CLASSIFY_CALLEE_H

#include "decode/insn.h"
#include "model/evidence.h"

/* What can happen there with the caller's return address where it was found. */
enum callee_way {
	CALLEE_LEAVES = 1,   /* goes on into the vDSO, or through a pointer that is not on record */
	CALLEE_SYSENTER = 2, /* enters the kernel itself */
	CALLEE_SYSCALL = 4,
	CALLEE_UNSEEN = 8,   /* more than could be followed */
};

struct callee {
	unsigned ways;       /* enum callee_way, added up */
	unsigned raw;        /* how many sysenter and syscall instructions were found ... */
	struct taddr at;     /* ... and the last of them */
	bool lacks;          /* following needs memory that is not in the evidence yet ... */
	struct taddr lacking; /* ... from here on */
};

/* Does a direct call to elsewhere than the vDSO end at ev->ret? *target is where it goes. */
bool callee_called(const struct evidence *ev, struct taddr *target);

/* Follows the code at target through all branches, as far as ev->callee has it. */
void callee_follow(const struct evidence *ev, struct taddr target, struct callee *out);

/* Reads code at piece->at into piece->bytes, as it is without the tracer; 0 bytes if it cannot. */
typedef void callee_read(const void *from, struct code_from *piece);

/*
 * Puts what following needs into ev->callee, read with from. A libc's own function may
 * stand between the call and the vDSO, or a private copy of the vDSO's.
 */
void callee_gather(struct evidence *ev, callee_read *read, const void *from);

#endif
