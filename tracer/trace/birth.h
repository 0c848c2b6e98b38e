/* SPDX-License-Identifier: MIT */
/* Tasks that begin, become another program, and end. */
#ifndef ET_TRACE_BIRTH_H
#define ET_TRACE_BIRTH_H

#include "trace/tracer.h"

/* A task that nothing is known of yet has stopped or been announced. */
struct thread *birth_expect(struct tracer *tr, pid_t tid);

/*
 * maker stands at its fork, vfork or clone event: its new task gets its place.
 * Returns the task when it waits at its first stop and may run now, else NULL.
 */
struct thread *birth_adopt(struct tracer *tr, struct thread *maker);

/* t enters a call that makes a task. */
void birth_begin(struct tracer *tr, struct thread *t);

/*
 * t waits at its first stop, since the time t->unclaimed_at. When no task is in a call
 * that it was in by then, its maker was killed before it could report, or was not
 * yet traced: t gets its place by what /proc says, and true is returned.
 */
bool birth_unclaimed(struct tracer *tr, struct thread *t);

/* t runs a task of an image: counts it. */
void birth_count(struct tracer *tr, const struct thread *t, bool process);

/*
 * The task that is tid now has called execve with success. Returns its thread.
 * Threads beside it are gone, and if it was not the leader, it is now.
 */
struct thread *birth_exec(struct tracer *tr, pid_t tid);

/* Looks up which image a process that was attached to runs. */
void birth_image(struct tracer *tr, struct thread *t);

#endif
