/* SPDX-License-Identifier: MIT */
/* What trace/inplace.c and trace/fall.c share, and nobody else sees. */
#ifndef ET_TRACE_PLANTED_H
#define ET_TRACE_PLANTED_H

#include "stub/image.h"
#include "trace/inplace.h"

/* What hangs on a space that counts in place, or would if it could. */
struct planted {
	struct tracer *tr;
	struct stub_image *image; /* NULL: only the filter's pass is watched */
	unsigned missed;          /* calls through the vDSO that stopped before it was planted */
	bool barren;              /* it cannot be planted */
	bool born;                /* its first task has run */
	bool parting;             /* its code changes, so that it can share a table with no other any more */
	bool rescan;              /* its maker was just found to need stops */
	struct scanned *scanned;
	bool learns;
	bool any_map;             /* mappings may become executable unasked: personality(READ_IMPLIES_EXEC) */
	bool stuck;               /* it is traced by PTRACE_SYSCALL, and what was planted could not be taken out */
	pid_t caller;             /* a task of it that stands where it can make calls for the tracer; 0 if none */
	char *falling;            /* why it is about to be traced by PTRACE_SYSCALL instead; else NULL */
};

static inline struct planted *planted_of(const struct thread *t)
{
	return t->space ? t->space->planted : NULL;
}

/* The report will say of its image that it was counted by stops, and why. */
void planted_note_stops(struct tracer *tr, const struct space *space, const char *why);

/* A filter now stops each entry of the space: nothing is left to be planted, or watched. */
void planted_shut(struct tracer *tr, struct space *space, const char *why);

/* From its next resumption on, each entry of the space stops, whatever the filter says. */
void planted_trace_every(struct tracer *tr, struct space *space, const char *why);

/* The same for a running address space, t among its tasks: all of it has to stand still first. */
void planted_fall(struct thread *t, const char *why);

#endif
