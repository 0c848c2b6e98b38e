/* SPDX-License-Identifier: MIT */
/*
 * The filter, and the no_new_privs that an ordinary user needs for it, can be
 * asked for by prctl(2). A program that has set neither itself gets the answer
 * that it would get untraced.
 */
#ifndef ET_TRACE_DISGUISE_H
#define ET_TRACE_DISGUISE_H

#include "trace/tracer.h"

/* At the first execve: which of them are there for us, and not from before. */
void disguise_init(struct disguise *d, pid_t pid);

/* t stands at the entry of prctl(op, value): answers it in the kernel's place where that is due. */
void disguise_prctl(struct disguise *d, struct thread *t, uint64_t op, uint64_t value);

/* The program has installed a filter of its own. */
void disguise_drop_filter(struct disguise *d);

#endif
