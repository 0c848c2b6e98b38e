/* SPDX-License-Identifier: MIT */
/* What the program does with seccomp(2) itself, under our filter as without it. */
#ifndef ET_TRACE_SECCOMP_H
#define ET_TRACE_SECCOMP_H

#include "trace/tracer.h"

enum privilege_ask { ASKS_NOTHING, ASKS_NO_NEW_PRIVS, ASKS_FILTER, ASKS_STRICT };

/* t stands at the entry of prctl or seccomp. True when the call's end must be seen: seccomp_left(). */
bool seccomp_enter(struct tracer *tr, struct thread *t, enum call_kind kind, enum abi abi, const uint64_t args[6]);

/* t stands behind the call: only one that succeeded has changed anything. */
void seccomp_left(struct tracer *tr, struct thread *t);

/*
 * t stands at the seccomp-stop of an entry. True when the call must not be made, and
 * will not: its filter asked for a tracer of the program's own, which there is none,
 * or the task is in strict mode, and ends.
 */
bool seccomp_forbids(struct tracer *tr, struct thread *t, enum abi abi, int64_t nr);

/* t is made by maker. */
void seccomp_inherit(struct thread *t, const struct thread *maker);

#endif
