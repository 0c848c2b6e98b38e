/* SPDX-License-Identifier: MIT */
/*
 * What is done to a task when a time is over and it has not stopped by then. While no
 * time is set, no timer runs.
 */
#ifndef ET_TRACE_LATER_H
#define ET_TRACE_LATER_H

#include "trace/tracer.h"

enum later {
	LATER_NOTHING,
	LATER_INTERRUPT, /* it is made to stop */
	LATER_LOOK,      /* has a vfork's wait come to an end? trace/vfork.h */
};

/* In so many nanoseconds, unless t stops before. Times are kept to some milliseconds. */
void later_set(struct tracer *tr, struct thread *t, uint64_t ns, enum later what);
void later_clear(struct tracer *tr, struct thread *t);

/* A signal has interrupted the tracer's wait: does what is due. */
void later_run(struct tracer *tr);

#endif
