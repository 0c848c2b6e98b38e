/* SPDX-License-Identifier: MIT */
/*
 * The filter, and the no_new_privs that an ordinary user needs for it, can be
 * asked for by prctl(2). A task that has set neither itself, nor been made by one
 * that has, gets the answer that it would get untraced.
 */
#ifndef ET_TRACE_DISGUISE_H
#define ET_TRACE_DISGUISE_H

#include "trace/tracer.h"

/* At the first execve: which of them are there for us, and not from before. */
void disguise_init(struct disguise *d, pid_t pid);

/* t stands at the entry of prctl(op): answers it in the kernel's place where that is due. */
void disguise_prctl(const struct disguise *d, struct thread *t, uint64_t op);

/* t stands at an entry: the call is not made, and answers so. */
void call_answer(struct thread *t, int64_t result);

#endif
