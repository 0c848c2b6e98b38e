/* SPDX-License-Identifier: MIT */
/*
 * One call through the counting code, instruction by instruction. At each the way
 * back is tried: it must lead to the state that the task would be in without us.
 */
#ifndef ET_TESTS_COUNT_WALK_H
#define ET_TESTS_COUNT_WALK_H

#include "count_rig.h"

/* How it enters. */
enum arrival {
	ARRIVES_SIXTH,  /* counted, with the secret as the sixth argument */
	ARRIVES_FIFTH,  /* counted, with the secret as the fifth */
	ARRIVES_INT80,  /* counted, with the secret as the sixth, by an int 0x80 of the code */
	ARRIVES_MISSED, /* not counted, as the program made it */
};

struct walk {
	struct rig *rig;
	bool by_int80; /* from a patched int 0x80; else through the vDSO */
	uint32_t ret, nr;
	struct table_slot *slot;        /* where it counts, or NULL */
	enum arrival arrival;
	uint32_t top;                   /* the return address's own address */
	struct user_regs_struct start;  /* how it comes in */
	struct user_regs_struct before; /* without us, before the call; behind it: at its landing pad's ret, or there */
	struct rig_memory memory;       /* as it was */
};

/* The task is about to enter the code; the rest is random. What is altered in start is set by walk_in(). */
void walk_begin(struct walk *w, struct rig *rig, bool by_int80, uint32_t ret, uint32_t nr);

/* Up to the entry instruction, which it must reach in that way, counted in slot. */
void walk_in(struct walk *w, enum arrival arrival, struct table_slot *slot);

/* The kernel has answered: back into the program. */
void walk_out(struct walk *w);

/* The kernel restarts the call, by the int 0x80 before the landing pad: up to the int 0x80 that is made. */
void walk_restart(struct walk *w);

#endif
