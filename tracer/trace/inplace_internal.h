/* SPDX-License-Identifier: MIT */
/* What the files of trace/inplace.h share, and nobody else sees. */
#ifndef ET_TRACE_INPLACE_INTERNAL_H
#define ET_TRACE_INPLACE_INTERNAL_H

#include "mode/mode.h"
#include "patch/patch.h"
#include "trace/inplace.h"

/* The code segment of 32-bit programs: __USER32_CS. */
enum { FLAT_CODE = 0x23 };

/* How the entries of one address space are counted. */
struct inplace {
	struct tracer *tr;
	enum mode mode;
	struct patch *patch;  /* NULL as long as nothing is patched */
	const char *why;      /* a clause: why it is about to be closed, or is */

	unsigned calls;       /* through the vDSO that stopped and might have been counted */
	unsigned yields;      /* so often all was taken out for now */
	bool born;            /* its first task has run */
	bool lift_at_birth;   /* it was copied while all was about to be taken out */
	bool any_code;        /* memory may become code unasked: personality(READ_IMPLIES_EXEC) */
	bool segments;        /* it may have code segments with a base: no int 0x80 is patched */
	bool timed_stop;      /* waits with a time limit are to stop; trace/timed.h */
	bool timed_counted;   /* some of them may count in place */
	const struct maps *marked; /* whose code is marked; compared, never followed */
	unsigned tick;        /* when it was last drained */

	/* what is wanted patched, for whom: tid stands at that entry */
	struct wanted {
		pid_t tid;
		uint32_t ip; /* behind the int 0x80; 0: the vDSO */
		uint32_t ret, nr;
		uint8_t rule; /* 0: no key is wanted */
		struct tally_site *counter;
	} want;

	/* int 0x80 that cannot be patched */
	uint32_t *refused;
	size_t nrefused;
};

static inline struct inplace *inplace_of(const struct thread *t)
{
	return t->space ? t->space->inplace : NULL;
}

/* Something has happened; what follows is done, as far as it need not wait for tasks to stand. */
void inplace_event(struct space *space, enum mode_event event);

/* For good: a clause for people. */
void inplace_refuse(struct space *space, const char *why);

/* The report will say of its image that it was counted by stops, and why. */
void inplace_note_stops(struct inplace *in, const struct space *space);

/* Patches what is wanted, all tasks standing. The event that it leads to. */
enum mode_event inplace_patch(struct space *space);

/* Takes all out, all tasks standing. The event that it leads to. */
enum mode_event inplace_lift(struct space *space);

#endif
