/* SPDX-License-Identifier: MIT */
#ifndef ET_TRACE_GATHER_H
#define ET_TRACE_GATHER_H

#include "model/evidence.h"
#include "tracee/thread.h"

/* The C library's header first: its enumerators have the names of the kernel's macros. */
#include <sys/ptrace.h>

#include <linux/ptrace.h>
#include <sys/user.h>

/*
 * Reads what classify() needs to know of the entry at which t stands. What
 * cannot be read is left out of the evidence; nothing is guessed in its place.
 */
void gather(struct thread *t, const struct ptrace_syscall_info *info,
	    const struct user_regs_struct *regs, struct evidence *ev);

#endif
