/* SPDX-License-Identifier: MIT */
#ifndef ET_TRACE_ENTRY_H
#define ET_TRACE_ENTRY_H

#include "trace/tracer.h"

/*
 * One kernel entry: t stands at a seccomp stop or a syscall-entry-stop. Counts
 * it, and prepares what the call will change. Returns true when the call's end
 * must be seen too (resume with PTRACE_SYSCALL).
 */
bool entry_handle(struct tracer *tr, struct thread *t);

/* The kernel did not say which entry a task stands at: it is gone, or the kernel is too old (tr->fault). */
void entry_unreadable(struct tracer *tr, int error);

/* A SIGSYS about to be delivered: an entry that another verdict kept from us. */
void entry_note_sigsys(struct tracer *tr, struct thread *t);

#endif
