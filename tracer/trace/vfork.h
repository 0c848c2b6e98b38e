/* SPDX-License-Identifier: MIT */
/*
 * A vfork's parent waits in the kernel until its child has left their memory, and a
 * fatal signal ends that wait; but not that of a traced task (complete_signal() of
 * kernel/signal.c). So the call is made without CLONE_VFORK, and the tracer keeps the
 * parent at the event of the child's birth for as long as it would wait.
 */
#ifndef ET_TRACE_VFORK_H
#define ET_TRACE_VFORK_H

#include "trace/tracer.h"

/*
 * May the tracer keep the wait for a vfork by that table? Not in 64-bit programs: with
 * a shadow stack, CLONE_VFORK makes a difference to their child.
 */
bool vfork_keeps(const struct tracer *tr, enum abi abi);

/* t stands at the event of a vfork's child. True: it goes on later, by itself. */
bool vfork_wait(struct tracer *tr, struct thread *t);

/* The child of that parent (0: none) has left its memory. */
void vfork_over(struct tracer *tr, pid_t parent, pid_t child);

/* Now and then, while t waits. */
void vfork_look(struct tracer *tr, struct thread *t);

#endif
