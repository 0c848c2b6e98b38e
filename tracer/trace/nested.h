/* SPDX-License-Identifier: MIT */
/*
 * Programs that trace. A task has one tracer only, so requests for another are refused,
 * and said. What is left is that nobody waits for ever for a stop that does not come: a
 * task that asked for a tracer is not stopped by SIGSTOP, with which it would wait for
 * one; and who was refused a task and waits for it all the same is answered ECHILD.
 */
#ifndef ET_TRACE_NESTED_H
#define ET_TRACE_NESTED_H

#include "trace/tracer.h"

/* t enters ptrace with these arguments. */
void nested_asked(struct tracer *tr, struct thread *t, const uint64_t args[6]);

/* t enters a call. */
void nested_enter(struct tracer *tr, struct thread *t, enum abi abi, int64_t nr, const uint64_t args[6]);

/* t was interrupted. True: that was the end of such a wait. */
bool nested_interrupted(struct thread *t);

/* Must the signal not reach t? */
bool nested_swallows(const struct thread *t, int sig);

#endif
