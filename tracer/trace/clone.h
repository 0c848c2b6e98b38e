/* SPDX-License-Identifier: MIT */
/*
 * Calls that make tasks. A child made with CLONE_UNTRACED would run under the filter
 * without a tracer, where each of its calls answers ENOSYS, and would not be counted.
 * The flag does nothing for a program but this, so it is taken off. What is decided
 * on is what the kernel gets: clone3(2)'s arguments lie in memory that another task may
 * change in between, so the call is made as clone(2), with a copy of them in registers,
 * wherever clone(2) can do the same.
 */
#ifndef ET_TRACE_CLONE_H
#define ET_TRACE_CLONE_H

#include "trace/tracer.h"

/*
 * t enters clone or clone3 with these arguments. True when the call's end must be seen: clone_left().
 * keeps_vfork: the wait for a vfork's child is ours (trace/vfork.h).
 */
bool clone_enter(struct thread *t, enum call_kind kind, enum abi abi, const uint64_t args[6], bool keeps_vfork);

/* t enters vfork: it is made as clone, and the wait is ours. */
bool clone_as_vfork(struct thread *t, enum abi abi);

/*
 * t stands behind the call. A child that was made and not announced has got away from us:
 * it is taken back, and said.
 */
void clone_left(struct tracer *tr, struct thread *t);

/* t's registers for the length of one call: regs are set, and its own argument registers come back by call_restore(). */
bool call_lend(struct thread *t, const struct user_regs_struct *regs);

/* t has left the call, or was born in it. */
void call_restore(struct thread *t);

#endif
